import { type Definition, type Text } from './definition';
import { isObject, joinKeyPath, locateNearest, splitKeyPath, valueAt } from './path';

/** The pages of the designer. */
export type Page = 'app' | 'forms' | 'flow' | 'approvals' | 'rules' | 'automations' | 'pools' | 'outside' | 'views' | 'tests' | 'json';

const PAGES: Record<string, Page> = {
  roles: 'app',
  uses: 'app',
  forms: 'forms',
  options: 'forms',
  processes: 'flow',
  approvals: 'approvals',
  rules: 'rules',
  automations: 'automations',
  pools: 'pools',
  public: 'outside',
  tracking: 'outside',
  prints: 'outside',
  messages: 'outside',
  views: 'views',
  reports: 'views',
  dashboards: 'views',
  tests: 'tests',
};

/** The words for the lists that hold the things a place lies in. */
const WORDS = {
  forms: 'form',
  fields: 'field',
  sections: 'section',
  processes: 'process',
  stages: 'stage',
  transitions: 'transition',
  approvals: 'chain',
  steps: 'step',
  parallel: 'step',
  rules: 'rule',
  automations: 'automation',
  pools: 'pool',
  public: 'publicForm',
  tracking: 'trackingPage',
  prints: 'print',
  blocks: 'block',
  messages: 'message',
  views: 'view',
  reports: 'report',
  dashboards: 'dashboard',
  options: 'optionList',
  roles: 'role',
  tests: 'test',
} as const;
export type Word = (typeof WORDS)[keyof typeof WORDS];

export interface Thing {
  word: Word;
  /** Key path of the thing. */
  path: string;
  name: Text;
}

export interface Place {
  page: Page;
  /** From the outside in: form, field, column … */
  things: Thing[];
  /** What remains of the path below the innermost thing: "visibleIf", "checklist/budget". */
  rest: string;
}

/** Reads a key path the way a person would say it: which page, which things, what of them. */
export function placeOf(def: Definition, path: string): Place {
  const parts = splitKeyPath(path);
  const things: Thing[] = [];
  let read = 0;
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const word = (WORDS as Record<string, Word>)[parts[i] as string];
    // "fields" below a stage or step are rights, not things.
    const parent = things.at(-1)?.word;
    // What stands in a scenario is its own story, not a step of a chain.
    if (parent === 'test') break;
    if (!word || (word === 'field' && parent !== 'form' && parent !== 'field')) break;
    const at = joinKeyPath(parts.slice(0, i + 2));
    const { path: found, whole } = locateNearest(def, at);
    const thing = whole ? valueAt(def, found) : undefined;
    // A block goes by what it says.
    const said = isObject(thing) ? (thing['name'] ?? (word === 'block' ? thing['text'] : undefined)) : undefined;
    const name = said !== undefined ? (said as Text) : String(parts[i + 1]);
    things.push({ word, path: at, name });
    read = i + 2;
  }
  return { page: PAGES[parts[0] ?? ''] ?? 'json', things, rest: parts.slice(read).join('/') };
}
