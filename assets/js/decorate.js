// What scripts add to the contents of messages. Modules put into `freshet.decorators` what is done to a table, a block of
// code or a formula; the newest ones are done at once, and those of a long page a few at a time, from its end.
(() => {
  'use strict';
  const TIME = 8; // ms at once
  const WANTED = 'figure.code, .table, span.math, :not(figure) > pre';
  const waiting = [];
  let timer;

  function work() {
    const end = performance.now() + TIME;
    clearTimeout(timer);
    while (waiting.length && performance.now() < end) {
      const element = waiting.pop();
      if (element.isConnected) for (const decorate of freshet.decorators) decorate(element);
    }
    if (waiting.length) timer = setTimeout(work);
  }

  freshet.decorate = root => {
    if (!root) return;
    if (root.matches(WANTED)) waiting.push(root); else for (const element of root.querySelectorAll(WANTED)) waiting.push(element);
    if (waiting.length) work();
  };
  // When all modules are there.
  document.addEventListener('DOMContentLoaded', () => freshet.decorate(document.body));
})();
