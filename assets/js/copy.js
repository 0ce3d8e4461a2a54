// Copy: a message, or a block of code; and lines of code that wrap. Code gets its buttons here, since without scripts they
// could do nothing. A formula is copied as the LaTeX it was written in.
(() => {
  'use strict';
  const WRAP = 'freshet.wrap';
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

  // What was chosen last holds for the rest of the visit, in this tab.
  const wraps = () => { try { return sessionStorage.getItem(WRAP) === '1'; } catch { return false; } };
  function wrap(figure, on) {
    figure.toggleAttribute('data-wrap', on);
    figure.querySelector('[data-behavior="wrap-code"]').setAttribute('aria-pressed', on);
  }

  function button(behavior, label) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'code__copy';
    button.dataset.behavior = behavior;
    button.textContent = freshet.label(label);
    return button;
  }

  freshet.decorators.push(figure => {
    const caption = figure.matches('figure.code') && figure.querySelector(':scope > figcaption');
    if (!caption || caption.querySelector('button') || caption.closest('[data-part="tail"], [inert]')) return;
    const tools = caption.appendChild(document.createElement('span'));
    tools.className = 'code__tools';
    tools.append(button('wrap-code', 'Wrap'), button('copy-code', 'Copy'));
    wrap(figure, wraps());
  });

  // Markup as a person reads it, with formulas as LaTeX. It must stand in the page for its lines to be known.
  function read(markup) {
    for (const math of markup.querySelectorAll('math')) {
      const mark = math.getAttribute('display') === 'block' ? '$$' : '$';
      math.replaceWith(mark + (math.querySelector('annotation') ?? math).textContent + mark);
    }
    const stage = document.body.appendChild(document.createElement('div'));
    stage.className = 'prose sr';
    stage.append(markup);
    const text = stage.innerText;
    stage.remove();
    return text;
  }
  const source = button => button.dataset.behavior === 'copy-code'
    ? button.closest('figure').querySelector('code').textContent
    : [...button.closest('.message').querySelectorAll('[data-part="blocks"], .message__text')].map(part => part.querySelector('math') ? read(part.cloneNode(true)) : part.innerText).join('\n');

  document.addEventListener('copy', event => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const markup = selection.getRangeAt(0).cloneContents();
    if (!markup.querySelector('math')) return;
    event.clipboardData.setData('text/plain', read(markup));
    event.preventDefault();
  });

  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-behavior^="copy-"], [data-behavior="wrap-code"]');
    if (!button) return;
    if (button.dataset.behavior === 'wrap-code') {
      const on = button.getAttribute('aria-pressed') !== 'true';
      wrap(button.closest('figure'), on);
      try { sessionStorage.setItem(WRAP, on ? '1' : '0'); } catch { /* a page without storage forgets */ }
      return;
    }
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
