// Menus are native popovers and need no script. With one, arrows move in them, and a letter finds what begins with it.
(() => {
  'use strict';
  const lines = menu => [...menu.querySelectorAll('a, button, summary')].filter(line => line.checkVisibility());
  const menuOf = button => document.getElementById(button?.getAttribute('popovertarget') ?? '')?.closest('.menu');

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.matches('input, textarea, select')) return;
    const { key } = event;
    const opened = /^Arrow(Down|Up)$/.test(key) && menuOf(event.target.closest('button'));
    if (opened && !opened.contains(event.target)) {
      event.preventDefault();
      if (!opened.matches(':popover-open')) event.target.closest('button').click();
      lines(opened).at(key === 'ArrowUp' ? -1 : 0)?.focus();
      return;
    }
    const menu = event.target.closest('.menu:popover-open');
    if (!menu) return;
    const all = lines(menu), at = all.indexOf(document.activeElement);
    const after = all.slice(at + 1).concat(all.slice(0, at + 1));
    const next = {
      ArrowDown: after[0], ArrowUp: all.at(at < 0 ? -1 : at - 1), Home: all[0], End: all.at(-1),
    }[key] ?? (/^\p{L}$/u.test(key) ? after.find(line => line.textContent.trim().toLowerCase().startsWith(key.toLowerCase())) : null);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // A menu has served when something in it was chosen.
  document.addEventListener('submit', event => {
    if (event.target.dataset.behavior !== 'theme') event.target.closest('.menu[popover]')?.hidePopover();
  });
})();
