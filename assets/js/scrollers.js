// A table or a block of code that is wider than the page can be scrolled by keyboard, in browsers that need a hint for it.
// Looked at when it comes near the view, and not before: asking for the width of an old message would lay it out. Until then
// it can be reached, wide or not.
(() => {
  'use strict';
  const near = { rootMargin: '2000px 0px' };
  const known = new WeakSet();
  const views = new IntersectionObserver(entries => {
    const asked = entries.filter(({ isIntersecting, target }) => isIntersecting || !known.has(target))
      .map(({ isIntersecting, target }) => [target, isIntersecting, !isIntersecting || target.scrollWidth > target.clientWidth + 1]);
    for (const [element, isNear, isWide] of asked) {
      if (isNear) known.add(element);
      // Who came by keyboard keeps the place.
      if (isWide) element.tabIndex = 0; else if (element !== document.activeElement) element.removeAttribute('tabindex');
    }
  }, near);
  const decorate = freshet.decorate;

  // Watching again asks again: an answer that has ended is wider than one that began.
  freshet.decorate = root => {
    if (!root) return;
    decorate(root);
    const wide = 'pre, .table, span.math';
    for (const element of root.matches(wide) ? [root] : root.querySelectorAll(wide)) {
      known.delete(element);
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
