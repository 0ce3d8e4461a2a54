// Keeps the end of the conversation in view while it grows, unless the reader scrolled away from it.
(() => {
  'use strict';
  const NEAR = 64;
  const root = document.documentElement;
  const distance = () => root.scrollHeight - innerHeight - scrollY;
  const toEnd = () => scrollTo({ top: root.scrollHeight, behavior: 'instant' });
  let pinned = true, before = 0;

  function show() {
    const button = document.getElementById('latest');
    if (button) button.hidden = pinned || distance() < 200;
  }
  const sizes = new ResizeObserver(() => { if (pinned) toEnd(); show(); });

  function watch() {
    const log = document.getElementById('log');
    sizes.disconnect();
    if (log) sizes.observe(log);
    return log;
  }

  // Goes to the end and stays there; after a resync, which brings a new log, only if the reader was there.
  freshet.follow = (force = true) => {
    if (!watch()) return;
    pinned ||= force;
    if (pinned) toEnd();
  };

  addEventListener('scroll', () => {
    if (distance() < NEAR) pinned = true;
    else if (scrollY < before) pinned = false; // growth alone never unpins
    before = scrollY;
    show();
  }, { passive: true });
  document.addEventListener('click', event => {
    if (event.target.closest('[data-behavior="latest"]')) { pinned = true; toEnd(); show(); }
  });
  // The page opens at its end (layout.css). To ask where that is lays it all out, which is a task of its own.
  if (!location.hash) { watch(); setTimeout(freshet.follow, 0, false); }
})();
