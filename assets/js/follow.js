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

  // Goes to the end and stays there; after a resync, which brings a new log, only if the reader was there.
  freshet.follow = (force = true) => {
    const log = document.getElementById('log');
    if (!log) return;
    sizes.disconnect();
    sizes.observe(log);
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
  if (!location.hash) freshet.follow();
})();
