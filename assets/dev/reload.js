// Development only (FRESHET_RELOAD): loads the page again when another server answers.
(() => {
  'use strict';
  let first;
  setInterval(async () => {
    try {
      const start = await (await fetch('/dev/start')).text();
      first ??= start;
      if (start !== first) location.reload();
    } catch { /* the server is just being built */ }
  }, 700);
})();
