// The picker of models: the page of all models, mostly in a dialog above the composer. htmx asks for what fits as one types;
// here are the keys, the stars, and choosing without leaving the page. Without scripts all of it is links and forms.
(() => {
  'use strict';
  const isTouch = matchMedia('(pointer: coarse)').matches;

  // Into the composer's field, if that is behind the dialog; else the link is followed.
  function choose(link) {
    const select = document.getElementById('model'), box = link.closest('dialog');
    if (!select || !box) return false;
    const name = link.dataset.model;
    if (![...select.options].some(option => option.value === name)) select.add(new Option(link.textContent.trim(), name));
    select.value = name;
    document.querySelector('.composer__gone')?.remove();
    select.dispatchEvent(new Event('input', { bubbles: true }));
    box.close();
    (isTouch ? select : document.getElementById('content')).focus();
    return true;
  }

  document.addEventListener('click', event => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest('.model__use');
    if (link && choose(link)) event.preventDefault();
  });

  document.addEventListener('keydown', event => {
    const picker = event.target.closest?.('[data-behavior="picker"]');
    if (!picker || event.isComposing) return;
    const input = picker.querySelector('[type="search"]'), all = [...picker.querySelectorAll('.model__use')], at = all.indexOf(event.target);
    if (event.target !== input && at < 0) return;
    // What is shown may still be for what stood there before: then the form asks first.
    const isFresh = picker.querySelector('[data-for]')?.dataset.for === input.value;
    if (event.key === 'Enter' && event.target === input && isFresh && input.value && all.length) {
      event.preventDefault();
      all[0].click();
    }
    const next = { ArrowDown: all[at + 1], ArrowUp: at > 0 ? all[at - 1] : input }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest('.model')?.scrollIntoView({ block: 'nearest' });
  });

  document.addEventListener('submit', async event => {
    const form = event.target.closest('[data-behavior="favourite"]');
    if (!form) return;
    event.preventDefault();
    const star = form.elements.favourite, isOn = star.value === 'on';
    const body = new URLSearchParams(new FormData(form, star));
    const show = on => { star.ariaPressed = String(on); star.value = on ? 'off' : 'on'; };
    show(isOn);
    const answer = await fetch(form.action, { method: 'POST', body, headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (answer?.ok) return;
    show(!isOn);
    freshet.toast(form.closest('[data-failed]').dataset.failed);
  });

  // A filter gives way to its newer self; the keyboard stays where it was.
  let held;
  document.addEventListener('htmx:before:swap', () => { held = document.activeElement?.closest('.chip')?.id; });
  document.addEventListener('htmx:after:swap', () => {
    if (held && !document.activeElement?.closest('.chip')) document.getElementById(held)?.focus();
    held = null;
  });
})();
