// A table or a block of code that is wider than the page can be scrolled by keyboard, in browsers that need a hint for it.
// Looked at when it comes near the view, and not before: asking for the width of an old message would lay it out.
(() => {
  'use strict';
  const near = { rootMargin: '2000px 0px' };
  const views = new IntersectionObserver(entries => {
    const seen = entries.filter(entry => entry.isIntersecting).map(({ target }) => [target, target.scrollWidth > target.clientWidth + 1]);
    for (const [element, isWide] of seen) {
      if (isWide) element.tabIndex = 0; else element.removeAttribute('tabindex');
    }
  }, near);
  const decorate = freshet.decorate;

  // Watching again asks again: an answer that has ended is wider than one that began.
  freshet.decorate = root => {
    if (!root) return;
    decorate(root);
    const wide = 'pre, .table, span.math';
    for (const element of root.matches(wide) ? [root] : root.querySelectorAll(wide)) {
      views.unobserve(element);
      views.observe(element);
    }
  };
  freshet.decorate(document.body);

  // What fitted does not when a phone is turned.
  let turned;
  addEventListener('resize', () => {
    cancelAnimationFrame(turned);
    turned = requestAnimationFrame(() => freshet.decorate(document.body));
  });
})();
