// Toasts made here, dismissing any of them, and what to say when a request fails without words of its own.
(() => {
  'use strict';
  const region = document.getElementById('toasts');

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
    region.append(toast);
  };

  // Moved, so that nothing in it begins anew, where a browser can.
  const put = box => box.moveBefore ? box.moveBefore(region, null) : box.append(region);

  // Above what is open: a dialog makes everything outside of it dead, so they go into it and come back with its end; a
  // popover that is shown later lies higher.
  function raise() {
    const box = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
    if (region.parentElement !== box) put(box);
    if (region.matches(':popover-open')) region.hidePopover();
    if (region.firstElementChild) region.showPopover();
  }
  if (region.showPopover) {
    region.popover = 'manual';
    new MutationObserver(raise).observe(region, { childList: true });
    document.addEventListener('toggle', event => { if (event.target !== region) raise(); }, true);
    document.addEventListener('close', event => { if (event.target.contains(region)) put(document.body); }, true);
  }

  document.addEventListener('click', event => event.target.closest('[data-behavior="dismiss"]')?.closest('.toast').remove());
  document.addEventListener('animationend', event => {
    if (event.animationName === 'toast-leave') event.target.remove();
  });
  // What a toast offers was taken. Not before the answer is in its place: htmx works from an element that is there.
  document.addEventListener('htmx:finally:request', event => {
    if (event.detail.ctx.response?.status < 300) event.target.closest?.('.toast')?.remove();
  });

  document.addEventListener('htmx:response:error', event => {
    if (event.target.id === 'stream' || /<hx-partial|class="sheet"/.test(event.detail.ctx.text)) return;
    freshet.toast(freshet.label('Refused'));
  });
  document.addEventListener('htmx:error', event => {
    if (event.target.id !== 'stream') freshet.toast(freshet.label('Offline'));
  });
})();
