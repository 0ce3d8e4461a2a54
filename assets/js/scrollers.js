// A table or a block of code that is wider than the page can be scrolled by keyboard, in browsers that need a hint for it.
(() => {
  'use strict';
  const decorate = freshet.decorate;
  const wide = element => element.scrollWidth > element.clientWidth + 1;

  function mark(root) {
    const all = root.matches('pre, .table') ? [root] : root.querySelectorAll('.prose pre, .prose .table, :scope > pre, :scope > .table');
    const states = [...all].map(element => [element, wide(element)]);
    for (const [element, isWide] of states) {
      if (isWide) element.tabIndex = 0; else element.removeAttribute('tabindex');
    }
  }

  // Measured a frame later, so that a burst of events costs one layout.
  freshet.decorate = root => {
    decorate(root);
    if (root) requestAnimationFrame(() => mark(root));
  };
  let resized;
  addEventListener('resize', () => {
    clearTimeout(resized);
    resized = setTimeout(() => mark(document.body), 200);
  });
  mark(document.body);
})();
