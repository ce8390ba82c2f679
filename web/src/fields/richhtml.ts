import { createElement, type ReactNode } from 'react';

/** What formatted text may hold: the same as on the server, which has the last word. */
const ELEMENTS = new Set([
  'p', 'br', 'hr', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'code', 'pre', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a',
]);
const VOID = new Set(['br', 'hr']);
/** Elements whose words are not meant to be read. */
const SILENT = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'math', 'head', 'title', 'select', 'textarea']);

function target(element: Element): string | undefined {
  const href = element.getAttribute('href')?.trim() ?? '';
  return /^(https?:\/\/|mailto:)/i.test(href) ? href : undefined;
}

/** A document that runs nothing and loads nothing. */
function parse(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}

/** Formatted text as elements made one by one: no HTML of others is ever put into the page. */
export function richNodes(html: string): ReactNode[] {
  return nodesIn(parse(html));
}

function nodesIn(parent: Node): ReactNode[] {
  return [...parent.childNodes].flatMap((node, i): ReactNode[] => {
    if (node.nodeType === 3) return [node.textContent ?? ''];
    if (node.nodeType !== 1) return [];
    const element = node as Element;
    const name = element.tagName.toLowerCase();
    if (SILENT.has(name)) return [];
    if (!ELEMENTS.has(name)) return nodesIn(element);
    if (VOID.has(name)) return [createElement(name, { key: i })];
    if (name !== 'a') return [createElement(name, { key: i }, ...nodesIn(element))];
    const href = target(element);
    if (!href) return nodesIn(element);
    return [createElement('a', { key: i, href, target: '_blank', rel: 'noopener noreferrer nofollow', onClick: (e: Event) => e.stopPropagation() }, ...nodesIn(element))];
  });
}

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** HTML with only what formatted text may hold: what is pasted, and what is sent. A block of the browser's own becomes a paragraph. */
export function cleanHtml(html: string): string {
  const body = parse(html);
  return (body.textContent ?? '').trim() === '' && !body.querySelector('hr') ? '' : htmlIn(body);
}

function htmlIn(parent: Node): string {
  let out = '';
  for (const node of parent.childNodes) {
    if (node.nodeType === 3) out += escape(node.textContent ?? '');
    if (node.nodeType !== 1) continue;
    const element = node as Element;
    let name = element.tagName.toLowerCase();
    if (SILENT.has(name)) continue;
    if (name === 'div' && !element.querySelector('div,p,ul,ol,table,h1,h2,h3,h4,blockquote,pre')) name = 'p';
    const href = name === 'a' ? target(element) : undefined;
    if (!ELEMENTS.has(name) || (name === 'a' && !href)) out += htmlIn(element);
    else if (VOID.has(name)) out += `<${name}>`;
    else out += `<${name}${href ? ` href="${escape(href)}"` : ''}>${htmlIn(element)}</${name}>`;
  }
  return out;
}
