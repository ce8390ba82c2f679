// In a sandbox every address begins with /sandbox/{id}/{person}: the same workspace, as one of its play people, by a clock of its own.

const inside = /^\/sandbox\/([0-9a-f]+)\/([^/]+)/.exec(globalThis.location?.pathname ?? '');

/** What every address of this page begins with; empty outside a sandbox. */
export const base = inside?.[0] ?? '';

/** The sandbox this page is in, and whom one plays there. */
export const sandbox = inside ? { id: inside[1]!, person: decodeURIComponent(inside[2]!) } : undefined;

let stopped: number | undefined;

/** The present instant: the machine's, or in a sandbox what its clock was last heard to say. */
export function present(): number {
  return stopped ?? Date.now();
}

/** Notes what the sandbox's clock says. */
export function stopClock(instant: string): void {
  if (sandbox) stopped = Date.parse(instant);
}
