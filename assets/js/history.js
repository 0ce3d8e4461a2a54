// A long conversation comes a page at a time: earlier messages when the reader nears them, or by the link that leads there.
// What is read does not move meanwhile.
(() => {
  'use strict';
  const PATIENCE = 10_000;
  const isAnchored = CSS.supports('overflow-anchor', 'auto');
  const nears = new IntersectionObserver(entries => {
    if (entries.some(entry => entry.isIntersecting)) load(document.getElementById('older'));
  }, { rootMargin: '1500px 0px 0px 0px' });
  let busy = false;

  function watch() {
    nears.disconnect();
    const link = document.getElementById('older');
    if (link) nears.observe(link);
  }

  async function load(link, isAsked) {
    if (busy || !link) return;
    busy = true;
    link.ariaBusy = 'true';
    try {
      const answer = await fetch(link.href, { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
      const log = freshet.parsePage(await answer.text()).getElementById('log');
      if (link.isConnected) put(link, log, isAsked);
      watch();
    } catch {
      link.ariaBusy = null;
      if (isAsked) location.assign(link.href); else setTimeout(watch, PATIENCE);
    } finally {
      busy = false;
    }
  }

  function put(link, log, isAsked) {
    const isNew = element => element.id === 'older' || (element.matches('.message') && !document.getElementById(element.id));
    const earlier = [...log.children].filter(isNew).map(element => document.adoptNode(element));
    const next = link.nextElementSibling, top = next.getBoundingClientRect().top;
    const hadFocus = document.activeElement === link;
    // The browser keeps its place, also when messages turn out higher or lower than they were taken for; not at the very
    // top, and not every browser does.
    if (isAnchored && scrollY < 1) scrollBy({ top: 1, behavior: 'instant' });
    link.replaceWith(...earlier);
    if (!isAnchored) scrollBy({ top: next.getBoundingClientRect().top - top, behavior: 'instant' });
    for (const element of earlier) {
      htmx.process(element);
      if (element.id !== 'older') freshet.decorate(element);
    }
    if (!isAsked && !hadFocus) return;
    const target = document.getElementById('older') ?? earlier[0] ?? next;
    if (target.id !== 'older') target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  // After a resync: what was loaded stays, as long as the new page begins somewhere in it. All earlier messages are the
  // same then, since each has one parent.
  freshet.renew = (here, there) => {
    const old = document.getElementById(there.querySelector('.message')?.id);
    if (old?.parentElement !== here || !old.previousElementSibling?.matches('.message')) {
      here.replaceWith(there);
      watch();
      return there;
    }
    while (old.nextSibling) old.nextSibling.remove();
    old.replaceWith(...[...there.children].filter(element => element.id !== 'older'));
    return here;
  };

  document.addEventListener('click', event => {
    const link = event.target.closest('#older');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    load(link, true);
  });
  watch();
})();
