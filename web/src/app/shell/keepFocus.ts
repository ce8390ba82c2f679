/** What nobody works behind while it is there. */
const dialogs = '.ant-modal-wrap:not([style*="none"]), dialog[open]';

/** How many places back are remembered. */
const REMEMBERED = 12;

/**
 * Keeps the focus on the page: dialogs, menus and popovers stand beside the page and are taken away with whatever in them has the focus, which then
 * has nowhere to go and the next Tab begins at the top. It goes back to the last place that is still there.
 */
export function keepFocus(root: HTMLElement = document.body): () => void {
  let places: Element[] = [];
  const note = (event: FocusEvent) => {
    if (!(event.target instanceof Element)) return;
    // Tab at the end of a dialog touches the page behind it before the dialog takes it back.
    if (!event.target.closest(dialogs) && document.querySelector(dialogs)) return;
    places = [...places.filter((p) => p !== event.target && (p.isConnected || p.id)), event.target].slice(-REMEMBERED);
  };
  const back = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    // A card that was drawn anew elsewhere is known by its id.
    const place = places.map((p) => (p.isConnected || !p.id ? p : document.getElementById(p.id))).findLast((p) => p?.isConnected && p.getClientRects().length > 0);
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
  };
  const seen = new MutationObserver((changes) => {
    if (changes.some((c) => c.removedNodes.length > 0)) back();
  });
  document.addEventListener('focusin', note);
  seen.observe(root, { childList: true }); // what stands beside the page, not what is in it
  return () => {
    document.removeEventListener('focusin', note);
    seen.disconnect();
  };
}
