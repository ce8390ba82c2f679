// Whether the server can be reached, as far as the last answer tells.
import { useSyncExternalStore } from 'react';

/** Marks an answer that the service worker has kept: the server has not been reached. */
export const keptHeader = 'Pipewright-Kept';

let holds = globalThis.navigator?.onLine !== false;
const listeners = new Set<() => void>();

export function lineHolds(now: boolean): void {
  if (now === holds) return;
  holds = now;
  for (const listener of listeners) listener();
}

if (typeof window !== 'undefined') {
  window.addEventListener('offline', () => lineHolds(false));
  window.addEventListener('online', () => lineHolds(true));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const lineHeld = (): boolean => holds;

/** Whether the server can be reached. */
export function useLine(): boolean {
  return useSyncExternalStore(subscribe, lineHeld);
}
