// Toasts made here, dismissing any of them, and what to say when a request fails without words of its own.
(() => {
  'use strict';
  freshet.toast = words => {
    const toast = document.createElement('div');
    toast.className = 'toast toast--error';
    const text = toast.appendChild(document.createElement('p'));
    text.className = 'toast__text';
    text.textContent = words;
    const close = toast.appendChild(document.createElement('button'));
    close.type = 'button';
    close.className = 'toast__close';
    close.dataset.behavior = 'dismiss';
    close.ariaLabel = freshet.label('Dismiss');
    close.textContent = '×';
    document.getElementById('toasts').append(toast);
  };

  document.addEventListener('click', event => event.target.closest('[data-behavior="dismiss"]')?.parentElement.remove());
  document.addEventListener('animationend', event => {
    if (event.animationName === 'toast-leave') event.target.remove();
  });

  document.addEventListener('htmx:response:error', event => {
    if (event.target.id === 'stream' || /<hx-partial|class="sheet"/.test(event.detail.ctx.text)) return;
    freshet.toast(freshet.label('Refused'));
  });
  document.addEventListener('htmx:error', event => {
    if (event.target.id !== 'stream') freshet.toast(freshet.label('Offline'));
  });
})();
