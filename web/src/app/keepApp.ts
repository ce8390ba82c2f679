import { base } from '@/api/base';

/** What the worker is told that this page has loaded without it. */
const worth = /^\/(assets|api)\//;

/**
 * Lets the workspace start while the line is down (offline/keeper.ts). Browsers allow it over TLS and on the machine itself; elsewhere it goes
 * without. It comes after everything that the first page needs.
 */
export function keepApp(): void {
  if (!import.meta.env.PROD || base || !('serviceWorker' in navigator)) return;
  const begin = async () => {
    const before = navigator.serviceWorker.controller;
    await navigator.serviceWorker.register('/sw.js');
    const { active } = await navigator.serviceWorker.ready;
    const paths = performance.getEntriesByType('resource').map((e) => new URL(e.name));
    active?.postMessage({ loaded: paths.filter((u) => u.origin === location.origin && worth.test(u.pathname)).map((u) => u.pathname), through: before !== null }, {});
  };
  const whenIdle = () => setTimeout(() => void begin().catch(() => undefined), 2_000); // without it everything works, but for a start without a line
  if (document.readyState === 'complete') whenIdle();
  else window.addEventListener('load', whenIdle, { once: true });
}

/** Throws away what the worker has kept of a person. */
export function forgetOwn(): void {
  if (typeof caches !== 'undefined') void caches.delete('pipewright-own').catch(() => undefined);
}
