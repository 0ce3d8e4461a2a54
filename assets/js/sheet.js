// A sheet is a page for one action. Here it opens in a dialog instead: the link's page is fetched and its sheet shown. Its
// form is sent by htmx; 2xx closes the dialog (an HX-Redirect leaves the page anyway), a refused sheet takes its place.
// Whatever goes wrong on the way, the link is followed as without scripts.
(() => {
  'use strict';
  const sheetOf = text => freshet.parsePage(text).querySelector('.sheet');
  let pressed = null;

  function dialog() {
    const made = document.createElement('dialog');
    made.className = 'dialog';
    made.setAttribute('closedby', 'any');
    // What was written must not go with a slip beside it. Escape and Cancel still close.
    made.addEventListener('input', () => made.setAttribute('closedby', 'closerequest'));
    made.addEventListener('close', () => {
      made.remove();
      // Where one came from may be gone with what was deleted.
      if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
    });
    return document.body.appendChild(made);
  }

  function show(box, sheet) {
    const old = box.querySelector('.sheet'), made = document.adoptNode(sheet);
    if (old) old.replaceWith(made); else box.append(made);
    box.setAttribute('aria-labelledby', 'sheet-title');
    htmx.process(box);
    if (!box.open) box.showModal();
    const first = ['[aria-invalid]', '[autofocus]', 'input:not([type="hidden"]), textarea, select', 'a, button']
      .map(wanted => made.querySelector(wanted)).find(Boolean);
    first?.focus();
    if (first?.matches('input[type="text"], input:not([type])')) first.select();
  }

  freshet.sheet = async href => {
    try {
      const response = await fetch(href, { headers: { accept: 'text/html' } });
      const sheet = response.ok && sheetOf(await response.text());
      if (!sheet) throw new Error('no sheet');
      show(document.querySelector('dialog.dialog') ?? dialog(), sheet);
    } catch {
      location.assign(href);
    }
  };

  document.addEventListener('pointerdown', event => { pressed = event.target; });
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const box = event.target.closest('dialog.dialog');
    // Beside it, in browsers that don't know closedby.
    const isBeside = box && event.target === box && pressed === box && !('closedBy' in box) && box.getAttribute('closedby') === 'any';
    if (isBeside || (box && event.target.closest('[data-behavior="sheet-close"]'))) {
      event.preventDefault();
      box.close();
      return;
    }
    const link = event.target.closest('a[data-sheet]');
    if (!link) return;
    event.preventDefault();
    link.closest('.menu[popover]')?.hidePopover();
    freshet.sheet(link.href);
  });

  document.addEventListener('htmx:after:request', event => {
    const box = event.target.closest?.('dialog.dialog');
    // What only reads, as a search does, is no answer to the sheet.
    if (!box || event.target.closest('#toasts') || /^get$/i.test(event.detail.ctx.request.method)) return;
    const { response, text } = event.detail.ctx;
    if (response.status < 300) return box.close();
    const again = text?.includes('class="sheet"') && sheetOf(text);
    if (again) show(box, again);
  });
})();
