// The service worker. Its only job is a page of our own words when a page can't be had at all. It keeps that page and what
// it is made of, nothing else: no conversation, and no stream, form or API call ever passes through it.
// The server writes `version` and `files` above these lines; either changes when the page does.
'use strict';
const page = '/offline';
const store = `offline-${version}`;

addEventListener('install', event => {
  skipWaiting();
  // Where the browser can be told, what is not a page does not even wake the worker.
  const past = { condition: { not: { or: [{ requestMode: 'navigate' }, { urlPattern: '/assets/*' }] } }, source: 'network' };
  try { event.addRoutes?.([past])?.catch(() => {}); } catch { /* an older dialect */ }
  event.waitUntil(caches.open(store).then(cache => cache.addAll([page, ...files])));
});

addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== store) await caches.delete(name);
  // The page is asked for while the worker still wakes up.
  await registration.navigationPreload?.enable();
  await clients.claim();
})()));

addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') event.respondWith(visit(event));
  else if (files.includes(new URL(request.url).pathname)) event.respondWith(kept(request));
});

async function visit(event) {
  try {
    return await event.preloadResponse ?? await fetch(event.request);
  } catch {
    return await caches.match(page) ?? Response.error();
  }
}

const kept = async request => await caches.match(request) ?? fetch(request);
