// The service worker of the workspace. What it does is in keeper.ts; scripts/offline.mjs puts the files of the build in.
/// <reference lib="webworker" />
import { Keeper, type Build } from './keeper';

declare const self: ServiceWorkerGlobalScope;
declare const PIPEWRIGHT_BUILD: Build;

/** How long a page waits for a line that is there but carries nothing, in milliseconds. */
const patience = 4_000;

const keeper = new Keeper({ caches, fetch: (request, init) => fetch(request, init), origin: self.location.origin, patience: () => new Promise((end) => setTimeout(end, patience)) }, PIPEWRIGHT_BUILD);

self.addEventListener('install', (event) => {
  event.waitUntil(keeper.install().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(keeper.activate().then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const answer = keeper.answer(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener('message', (event) => {
  const { loaded, through } = event.data as { loaded?: string[]; through?: boolean };
  if (Array.isArray(loaded)) event.waitUntil(keeper.loaded(loaded, through));
});
