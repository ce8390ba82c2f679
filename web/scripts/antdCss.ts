import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** The class names of the components of Ant Design, by the name they are imported under. */
const classes: Record<string, string[]> = {
  Affix: ['affix'], Alert: ['alert'], Anchor: ['anchor'], App: ['app', 'message', 'notification'], AutoComplete: ['select'], Avatar: ['avatar'],
  BackTop: ['back-top'], Badge: ['badge', 'ribbon', 'scroll-number'], BorderBeam: ['border-beam'], Breadcrumb: ['breadcrumb'], Button: ['btn'], Calendar: ['picker-calendar', 'picker'],
  Card: ['card'], Carousel: ['carousel'], Cascader: ['cascader', 'select'], Checkbox: ['checkbox'], Col: ['col'], Collapse: ['collapse'],
  ColorPicker: ['color-picker'], DatePicker: ['picker', 'btn'], Descriptions: ['descriptions'], Divider: ['divider'], Drawer: ['drawer'],
  Dropdown: ['dropdown', 'btn'], Empty: ['empty'], Flex: ['flex'], FloatButton: ['float-btn'], Form: ['form'], Image: ['image'],
  Input: ['input', 'otp'], InputNumber: ['input-number'], Layout: ['layout'], List: ['list'], Masonry: ['masonry'], Mentions: ['mentions'],
  Menu: ['menu'], message: ['message'], Modal: ['modal', 'btn'], notification: ['notification'], Pagination: ['pagination'], Popconfirm: ['popconfirm', 'popover', 'btn'],
  Popover: ['popover'], Progress: ['progress'], QRCode: ['qrcode'], Radio: ['radio'], Rate: ['rate'], Result: ['result'], Row: ['row'],
  Segmented: ['segmented'], Select: ['select', 'empty'], Skeleton: ['skeleton'], Slider: ['slider'], Space: ['space'], Spin: ['spin'],
  Splitter: ['splitter'], Statistic: ['statistic'], Steps: ['steps'], Switch: ['switch'], Table: ['table'], Tabs: ['tabs'], Tag: ['tag'],
  TimePicker: ['picker'], Timeline: ['timeline'], Tooltip: ['tooltip'], Tour: ['tour'], Transfer: ['transfer'], Tree: ['tree'],
  TreeSelect: ['tree-select', 'select-tree', 'tree'], Typography: ['typography'], Upload: ['upload'], Watermark: ['watermark'],
};

/** The components that the sources import from antd. */
function imported(folder: string, found = new Set<string>()): Set<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) imported(path, found);
    else if (/\.tsx?$/.test(name)) {
      for (const match of readFileSync(path, 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from\s*'antd'/g)) {
        for (const item of match[1]!.split(',')) found.add(item.trim().split(/\s+as\s+/)[0]!);
      }
    }
  }
  return found;
}

/** Cuts a stylesheet into its top-level rules. */
export function rulesOf(css: string): string[] {
  const rules: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < css.length; i += 1) {
    if (css[i] === '{') depth += 1;
    else if (css[i] === '}') {
      depth -= 1;
      if (depth === 0) {
        rules.push(css.slice(start, i + 1));
        start = i + 1;
      }
    }
  }
  return rules;
}

/** Cuts a selector list at its top-level commas. */
function selectorsOf(list: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < list.length; i += 1) {
    if (list[i] === '(' || list[i] === '[') depth += 1;
    else if (list[i] === ')' || list[i] === ']') depth -= 1;
    else if (list[i] === ',' && depth === 0) {
      out.push(list.slice(start, i));
      start = i + 1;
    }
  }
  out.push(list.slice(start));
  return out;
}

/** The stylesheet without the rules of components that are not used, and without the default theme's variables, which ours replaces. */
export function prune(css: string, used: ReadonlySet<string>): string {
  const kept = new Set([...used].flatMap((name) => classes[name] ?? []));
  const dropped = [...new Set(Object.values(classes).flat())].filter((c) => !kept.has(c));
  const unused = new RegExp(`\\.ant-(?:${dropped.join('|')})(?![a-z])|\\.css-var-_R_`);
  const out: string[] = [];
  const visit = (rule: string): string => {
    const open = rule.indexOf('{');
    const head = rule.slice(0, open).trim();
    if (/^@(media|supports|layer)/.test(head)) {
      const inner = rulesOf(rule.slice(open + 1, -1)).map(visit).join('');
      return inner ? `${head}{${inner}}` : '';
    }
    if (head.startsWith('@')) return rule;
    const selectors = selectorsOf(head).filter((s) => !unused.test(s));
    return selectors.length > 0 ? `${selectors.join(',')}${rule.slice(open)}` : '';
  };
  for (const rule of rulesOf(css)) out.push(visit(rule));
  return out.join('');
}

/** Keeps of antd.css what the sources use. */
export function antdCss(src: string): Plugin {
  return {
    name: 'antd-css',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/antd/dist/antd.css')) return undefined;
      const used = imported(src);
      const unknown = [...used].filter((name) => /^[A-Z]/.test(name) && !(name in classes) && name !== 'ConfigProvider' && !/(Config|Props|Ref|Type)$/.test(name));
      if (unknown.length > 0) this.warn(`antdCss does not know ${unknown.join(', ')}; their styles stay only if no other component's name is in them`);
      return { code: prune(code, used), map: null };
    },
  };
}
