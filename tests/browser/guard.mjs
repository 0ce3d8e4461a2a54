// What no test may cause, whatever it is about: an error in the page or on the server, a broken rule of the content
// security policy, a word to a foreign host, a dialog, a window of its own.

export function guard(context, origin, allows = []) {
  const wrong = [];
  const note = words => { if (!allows.some(pattern => pattern.test(words))) wrong.push(words); };

  context.on('weberror', event => note(`page error: ${event.error()}`));
  context.on('console', message => {
    if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('request', request => {
    const url = new URL(request.url());
    if (/^https?:|^wss?:/.test(url.protocol) && url.origin !== origin) note(`foreign request: ${url}`);
  });
  context.on('response', response => {
    if (response.status() >= 500) note(`status ${response.status()}: ${response.url()}`);
    const headers = response.headers();
    if (/^text\/html/.test(headers['content-type'] ?? '') && !/script-src 'self'/.test(headers['content-security-policy'] ?? '')) {
      note(`no content security policy: ${response.url()}`);
    }
  });
  context.on('dialog', dialog => { note(`dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
  context.on('page', page => {
    page.on('websocket', socket => note(`web socket: ${socket.url()}`));
    page.on('popup', popup => note(`popup: ${popup.url()}`));
  });
  return {
    // Throws what was noticed so far.
    check() {
      if (wrong.length) throw new Error(`noticed in the browser:\n  ${[...new Set(wrong)].join('\n  ')}`);
    },
  };
}

// Runs in the page from its first moment: says policy violations aloud, and looks at every change of the document.
export function watchPage() {
  addEventListener('securitypolicyviolation', event =>
    console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`), true);
  window.steps = []; // lengths of the newest answer's text, each time it changed
  window.hostile = []; // what must never stand in a message
  window.outside = new Set(); // where else the document changed
  const ours = ['announce', 'composer-stop', 'title', 'chats-today', 'latest', 'compose', 'toasts', 'stream', 'chats'];
  const badElements = 'script, style, iframe, object, embed, form:not(.message__retry, .problem form), input, select, textarea, base, meta, link, '
    + 'template, svg:not(.icon), img, audio, video, hx-partial, [id]:not(.message, .message__foot), [style], [href^="javascript:" i], [href^="data:" i], '
    + '[href^="vbscript:" i], [name]';
  const badAttribute = /^(on|hx-|data-|sse-|ws-|x-|@|:|form|autofocus|srcdoc|ping)/;

  function look(body) {
    for (const element of body.querySelectorAll(badElements)) window.hostile.push(element.outerHTML.slice(0, 200));
    for (const element of body.querySelectorAll('*')) {
      for (const { name } of element.attributes) {
        const isOwn = element.matches('.code__copy, figure.code[data-wrap]') || (/^data-(part|touched|open|run|after|near)$/.test(name) && element.parentElement.closest('.message__body') === body);
        if (badAttribute.test(name) && !isOwn) window.hostile.push(`${name} in ${element.outerHTML.slice(0, 200)}`);
      }
    }
  }
  new MutationObserver(changes => {
    const answers = document.querySelectorAll('.message--assistant');
    const length = answers[answers.length - 1]?.querySelector('.message__body')?.textContent.length;
    if (length !== undefined && window.steps.at(-1) !== length) window.steps.push(length);
    const bodies = new Set();
    for (const { target } of changes) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      const body = element?.closest('.message__body');
      if (body) bodies.add(body);
      else if (document.readyState === 'complete' && element?.isConnected && !element.closest('#log, head')
        && !ours.some(id => element.closest(`#${id}`))) window.outside.add(element.id || element.className || element.localName);
    }
    bodies.forEach(look);
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener('DOMContentLoaded', () => document.querySelectorAll('.message__body').forEach(look));
}
