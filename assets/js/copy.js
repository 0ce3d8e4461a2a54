// Copy: a message, or a block of code. Code gets its button here, since without scripts it could do nothing.
(() => {
  'use strict';
  async function put(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // no https, or not allowed
      const area = document.body.appendChild(document.createElement('textarea'));
      area.value = text;
      area.className = 'sr';
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      return done;
    }
  }

  freshet.decorate = root => {
    if (!root) return;
    const captions = root.matches('figure.code') ? [root.querySelector('figcaption')] : root.querySelectorAll('figure.code > figcaption');
    for (const caption of captions) {
      if (!caption || caption.querySelector('button') || caption.closest('[data-part="tail"], [inert]')) continue;
      const button = caption.appendChild(document.createElement('button'));
      button.type = 'button';
      button.className = 'code__copy';
      button.dataset.behavior = 'copy-code';
      button.textContent = freshet.label('Copy');
    }
  };

  const source = button => button.dataset.behavior === 'copy-code'
    ? button.closest('figure').querySelector('code').textContent
    : [...button.closest('.message').querySelectorAll('[data-part="blocks"], .message__text')].map(part => part.innerText).join('\n');

  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-behavior^="copy-"]');
    if (!button) return;
    const done = await put(source(button).trimEnd());
    if (!done) return freshet.toast(freshet.label('CopyFailed'));
    document.getElementById('announce')?.replaceChildren(freshet.label('Copied'));
    button.dataset.done = '';
    if (button.matches('.code__copy')) button.textContent = freshet.label('Copied');
    setTimeout(() => {
      delete button.dataset.done;
      if (button.matches('.code__copy')) button.textContent = freshet.label('Copy');
    }, 1600);
  });
})();
