import { useCallback, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';

/** A print filled in by the server: HTML of its own making. */
export interface Printed {
  title: string;
  body: string;
  header?: string;
  footer?: string;
  css?: string;
  page: string;
  lang: string;
}

export interface PaperHandle {
  print: () => void;
}

const escape = (s: string) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

/** How every paper looks before its own style sheet. Header and footer are those of a table, so that a browser repeats them on each page;
 * what that sheet says of cells is not for that table, and outweighs what is said here, be it by a class alone. */
const base = (page: string) => `
  @page { size: ${page}; margin: 14mm 15mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; color: #555; } }
  * { box-sizing: border-box; }
  html { background: #fff; color: #1b2130; }
  body { margin: 0; font: 10.5pt/1.6 "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif; font-variant-numeric: tabular-nums; }
  h1 { font-size: 16pt; margin: 0 0 8pt; } h2 { font-size: 13pt; margin: 12pt 0 6pt; } h3 { font-size: 11pt; margin: 10pt 0 4pt; } p { margin: 4pt 0; }
  .sheet { width: 100%; border-collapse: collapse; } .sheet > * > tr > td { padding: 0 !important; border: 0 !important; background: none !important; }
  .sheet > thead > tr > td { padding-bottom: 8pt !important; } .sheet > tfoot > tr > td { padding-top: 8pt !important; }
  :where(.body) table { width: 100%; border-collapse: collapse; margin: 6pt 0; } :where(.body) th, :where(.body) td { border: 0.6pt solid #9aa3b2; padding: 3pt 6pt; text-align: left; vertical-align: top; }
  :where(.body) th { background: #f1f3f7; font-weight: 600; } :where(.body) tr { break-inside: avoid; } .right, td.right, th.right { text-align: right; } .center { text-align: center; }
  .body { overflow-wrap: break-word; } .body thead th.right { white-space: nowrap; }
  .plain table, table.plain { border: 0; } table.plain td, table.plain th { border: 0; background: none; }
  img.picture { max-width: 60mm; max-height: 30mm; } img { max-width: 100%; }
  .b-label { color: #555; } .b-fields.plain td { padding: 1.5pt 6pt 1.5pt 0; } .b-note { font-size: 9pt; color: #444; } .b-box { border: 0.6pt solid #9aa3b2; padding: 4pt 8pt; margin: 6pt 0; }
  .b-sums td { background: #f8f9fb; } .b-sign td { padding: 16pt 12pt 0 0; } .b-sign-line { border-bottom: 0.6pt solid #333; min-height: 22pt; margin-right: 12pt; }
  .b-code { font-size: 9pt; max-width: 100%; } .b-code.right { margin-left: auto; } .b-code.center { margin: 0 auto; text-align: center; } .b-code svg { display: block; width: 100%; }
  .b-line { border: 0; border-top: 0.6pt solid #9aa3b2; margin: 8pt 0; } .b-break { break-after: page; } .b-box, .b-sign tr, h1, h2, h3 { break-inside: avoid; } h1, h2, h3 { break-after: avoid; }
  @media screen { body { padding: 14mm 15mm; } .b-break { border-top: 1px dashed #9aa3b2; margin: 14mm -15mm; } }
`;

/** The whole document of a paper. */
export function paperDocument(p: Printed): string {
  // What closes a style element cannot stand in the sheet: the checker refuses "<" there.
  const css = (p.css ?? '').replaceAll('<', '');
  const head = p.header ? `<thead><tr><td>${p.header}</td></tr></thead>` : '';
  const foot = p.footer ? `<tfoot><tr><td>${p.footer}</td></tr></tfoot>` : '';
  return `<!doctype html><html lang="${escape(p.lang)}"><head><meta charset="utf-8"><title>${escape(p.title)}</title><style>${base(p.page)}</style><style>${css}</style></head><body><table class="sheet" role="presentation">${head}<tbody><tr><td class="body">${p.body}</td></tr></tbody>${foot}</table></body></html>`;
}

/** A paper on the screen, in a frame that runs no scripts; the browser prints it or makes a PDF of it. */
export function PaperFrame({
  paper,
  label,
  least = 320,
  width,
  onHeight,
  ref,
}: {
  paper: Printed;
  label: string;
  least?: number;
  width?: number;
  onHeight?: (height: number) => void;
  ref?: Ref<PaperHandle>;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(least);
  const doc = useMemo(() => paperDocument(paper), [paper]);
  useImperativeHandle(ref, () => ({ print: () => frame.current?.contentWindow?.print() }), []);
  const fit = useCallback(() => {
    const inner = frame.current?.contentDocument?.documentElement;
    if (!inner) return;
    const tall = Math.max(least, inner.scrollHeight + 2);
    setHeight(tall);
    onHeight?.(tall);
  }, [least, onHeight]);
  return (
    // Same origin, so that pictures of the record load and its height is known; no scripts run in it.
    <iframe ref={frame} className="paper" title={label} sandbox="allow-same-origin allow-modals" srcDoc={doc} style={{ height, ...(width ? { width } : {}) }} onLoad={fit} />
  );
}
