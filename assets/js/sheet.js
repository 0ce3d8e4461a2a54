// A sheet is a page for one action. Here it opens in a dialog instead: the link's page is fetched and its sheet shown. Its
// form is sent by htmx; 2xx closes the dialog (an HX-Redirect leaves the page anyway), a refused sheet takes its place.
// Whatever goes wrong on the way, the link is followed as without scripts.
(() => {
  'use strict';
  const sheetOf = text => freshet.parsePage(text).querySelector('.sheet');

  function dialog() {
    const made = document.createElement('dialog');
    made.className = 'dialog';
    made.setAttribute('closedby', 'any');
    made.addEventListener('close', () => made.remove());
    return document.body.appendChild(made);
  }

  function show(box, sheet) {
    box.replaceChildren(document.adoptNode(sheet));
    box.setAttribute('aria-labelledby', 'sheet-title');
    htmx.process(box);
    if (!box.open) box.showModal();
    (box.querySelector('[autofocus]') ?? box.querySelector('input:not([type="hidden"]), textarea, select, button'))?.focus();
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

  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const box = event.target.closest('dialog.dialog');
    if (box && event.target.closest('[data-behavior="sheet-close"]')) {
      event.preventDefault();
      box.close();
      return;
    }
    const link = event.target.closest('a[data-sheet]');
    if (!link) return;
    event.preventDefault();
    link.closest('[popover]')?.hidePopover();
    freshet.sheet(link.href);
  });

  document.addEventListener('htmx:after:request', event => {
    const box = event.target.closest?.('dialog.dialog');
    // What only reads, as a search does, is no answer to the sheet.
    if (!box || /^get$/i.test(event.detail.ctx.request.method)) return;
    const { response, text } = event.detail.ctx;
    if (response.status < 300) return box.close();
    const again = text?.includes('class="sheet"') && sheetOf(text);
    if (again) show(box, again);
  });

  // A menu has served when something in it was chosen.
  document.addEventListener('submit', event => event.target.closest('[popover].menu')?.hidePopover());
})();
