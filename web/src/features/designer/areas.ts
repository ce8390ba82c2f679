/** The parts of a page of the designer that F6 goes through, in the order in which they stand: tabs, list or palette, canvas, panel, problems. */
const AREAS = '.d-tabs, .d-palette, .d-side, .d-canvas, .d-sheet, .d-publishmain, .d-panel, .d-drawer';
const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]):not([type="hidden"]), textarea:not([disabled]), [contenteditable="true"], [tabindex="0"]';

/** What to stand on in a part: what is chosen there, in the panel the first thing to fill in, else whatever comes first. */
function landing(area: Element): HTMLElement | undefined {
  const all = [...area.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((e) => e.tabIndex >= 0 && seen(e));
  const chosen = all.find((e) => e.matches('[aria-current]:not([aria-current="false"]), .d-hit[aria-pressed="true"]'));
  if (chosen) return chosen;
  return (area.matches('.d-panel') ? all.find((e) => e.matches('input, textarea, [contenteditable]')) : undefined) ?? all[0];
}

const seen = (e: Element) => e.checkVisibility?.() ?? true;

/** The element to go to from where the focus is: in the next part that has any, or the one before; round and round. */
export function nextArea(root: ParentNode, active: Element | null, back: boolean): HTMLElement | undefined {
  const areas = [...root.querySelectorAll(AREAS)].filter((a) => seen(a) && landing(a) !== undefined);
  // One part may lie in another: the innermost is where one is.
  const here = areas.findLastIndex((a) => a.contains(active));
  const step = back ? -1 : 1;
  const from = here < 0 ? (back ? 0 : -1) : here;
  const next = areas[(from + step + areas.length) % areas.length];
  return next && landing(next);
}
