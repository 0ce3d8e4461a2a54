// Changes the theme at once; the form's own post would reload the page. The server remembers it in a cookie.
(() => {
  'use strict';
  document.addEventListener('submit', event => {
    const form = event.target.closest('[data-behavior="theme"]');
    if (!form || !event.submitter) return;
    event.preventDefault();
    const { value } = event.submitter;
    document.documentElement.dataset.theme = value;
    for (const button of document.querySelectorAll('.theme__choice')) button.ariaPressed = String(button.value === value);
    const body = new URLSearchParams(new FormData(form, event.submitter));
    fetch(form.action, { method: 'POST', body, headers: { 'HX-Request': 'true' } })
      .catch(() => freshet.toast(freshet.label('Offline')));
  });
  // The settings keep with their button what is shown at once.
  document.addEventListener('change', ({ target: { form, name, value } }) => {
    if (form?.matches('[data-behavior="appearance"]')) document.documentElement.dataset[name] = value;
  });
})();
