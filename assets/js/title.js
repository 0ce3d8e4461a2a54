// The window's title follows the conversation's.
(() => {
  'use strict';
  const name = document.title.split(' · ').at(-1);
  document.addEventListener('htmx:after:process', () => {
    const title = document.querySelector('.chat__title')?.textContent;
    if (title) document.title = `${title} · ${name}`;
  });
})();
