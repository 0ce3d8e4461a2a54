// Registers the service worker, after everything that matters, and lets its page try again.
(() => {
  'use strict';
  const offline = document.querySelector('[data-behavior="try-again"]');
  if (offline) {
    const again = event => { event.preventDefault(); location.reload(); };
    offline.addEventListener('click', again);
    addEventListener('online', again);
  }
  // Absent without https, except on this machine itself.
  addEventListener('load', () => navigator.serviceWorker?.register(freshet.worker(), { updateViaCache: 'none' }).catch(() => {}));
})();
