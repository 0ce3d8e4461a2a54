// The landing page's answer, written by the server while one looks. What is on the page already is the end of it: it stays
// where there are no scripts, where less motion is wanted, and where the server has no room.
(() => {
  'use strict';
  const demo = document.querySelector('[data-behavior="demo"]');
  const blocks = demo?.querySelector('[data-part="blocks"]'), tail = demo?.querySelector('[data-part="tail"]');
  if (!blocks?.children.length || !tail || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const article = blocks.closest('.message'), whole = [...blocks.children];
  let source, frames = 0, isOver = false;

  function end() {
    isOver = true;
    source.close();
    views.disconnect();
    article.ariaBusy = 'false';
    tail.replaceChildren();
    blocks.replaceChildren(...whole);
  }
  function go() {
    if (!frames) { blocks.replaceChildren(); article.ariaBusy = 'true'; }
    source = new EventSource(`/demo?after=${frames}`);
    source.addEventListener('block', ({ data }) => blocks.append(freshet.parse(data)));
    source.addEventListener('tail', ({ data }) => {
      tail.replaceChildren(freshet.parse(data));
      frames++;
      demo.scrollTop = demo.scrollHeight;
    });
    source.addEventListener('end', end);
    source.addEventListener('error', end);
  }
  const views = new IntersectionObserver(([{ isIntersecting }]) => {
    if (isOver) return;
    if (isIntersecting) { if (source?.readyState !== EventSource.OPEN && source?.readyState !== EventSource.CONNECTING) go(); } else source?.close();
  }, { threshold: 0.25 });
  views.observe(demo);
})();
