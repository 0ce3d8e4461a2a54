// A table or a block of code that is wider than the page can be scrolled by keyboard, in browsers that need a hint for it.
// Looked at when it comes near the view, and not before: asking for the width of an old message would lay it out. Until then
// it can be reached, wide or not.
(() => {
  'use strict';
  const near = { rootMargin: '2000px 0px' };
  const known = new WeakSet(), shown = new WeakSet();
  const views = new IntersectionObserver(entries => {
    const asked = entries.filter(({ isIntersecting, target }) => isIntersecting || !known.has(target))
      .map(({ isIntersecting, target }) => [target, isIntersecting, !isIntersecting || target.scrollWidth > target.clientWidth + 1]);
    for (const [element, isNear, isWide] of asked) {
      if (isNear) known.add(element);
      // Who came by keyboard keeps the place.
      if (isWide) element.tabIndex = 0; else if (element !== document.activeElement) element.removeAttribute('tabindex');
    }
  }, near);

  // Watching again asks again: an answer that has ended is wider than one that began.
  function watch(element) {
    known.delete(element);
    views.unobserve(element);
    views.observe(element);
  }

  // Blocks of a long answer that are out of sight (message.css) are not watched, for each frame would look at each of them:
  // the browser says when one comes near.
  const isTold = 'ContentVisibilityAutoStateChangeEvent' in window;
  const far = '[data-part="blocks"] > :nth-child(n + 30):not([data-near])', wide = 'pre, .table, span.math';
  const within = element => element.matches(wide) ? [element] : element.querySelectorAll(wide);
  freshet.decorators.push(element => {
    const block = isTold && element.closest(far);
    if (!block || shown.has(block)) within(element).forEach(watch);
  });
  document.addEventListener('contentvisibilityautostatechange', ({ target, skipped }) => {
    if (target.parentElement?.dataset.part !== 'blocks') return;
    if (skipped) shown.delete(target); else shown.add(target);
    within(target).forEach(skipped ? element => views.unobserve(element) : watch);
  });

  // What fitted does not when a phone is turned.
  let turned;
  addEventListener('resize', () => {
    cancelAnimationFrame(turned);
    turned = requestAnimationFrame(() => freshet.decorate(document.body));
  });
})();
