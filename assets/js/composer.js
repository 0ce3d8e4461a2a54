// Sends a message without leaving the page. htmx posts the form (hx-post); the server answers
//   204             in a conversation: the message and its answer come by the stream;
//   204/200 + HX-Redirect: /c/<id>   from /c/new. (A 303 would be followed by fetch itself and its page thrown away.)
//   4xx/5xx         with a toast as <hx-partial> in the body. The text is kept until it was taken.
// Without scripts the same form is answered by 303.
(() => {
  'use strict';
  const form = document.querySelector('[data-behavior="composer"]');
  if (!form) return;
  const text = form.elements.content, send = form.querySelector('[type="submit"]'), count = form.querySelector('.composer__count');
  const draft = `draft:${form.dataset.draft}`, limit = +text.dataset.limit;
  const FULL = 5_000, LONG = 20_000; // characters that fill the field; that are kept a moment later
  const stopForm = () => document.querySelector('[data-behavior="stop"]');
  const isTouch = matchMedia('(pointer: coarse)').matches;
  let sent = null, saving;

  // randomUUID needs https; a server in the next room may not have it.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
  const store = {
    get() { try { return localStorage.getItem(draft); } catch { return null; } },
    set(value) { try { value ? localStorage.setItem(draft, value) : localStorage.removeItem(draft); } catch { /* private mode */ } },
  };
  function save() {
    clearTimeout(saving);
    saving = 0;
    store.set(text.value);
  }

  // The server counts bytes. Near its limit we do, too; a character has three at most.
  function room() {
    const bytes = text.value.length * 3 < limit ? 0 : new TextEncoder().encode(text.value).length;
    const isOver = bytes > limit, isNear = bytes > limit * 0.9;
    count.hidden = !isNear;
    count.toggleAttribute('data-over', isOver);
    const words = (isOver ? count.dataset.beyond : count.dataset.left).replace('#', (Math.abs(limit - bytes) / 1024).toFixed(1));
    if (isNear && count.textContent !== words) count.textContent = words;
    return !isOver;
  }
  function refresh() {
    // Beyond the greatest height anyway: to measure it again with each key would take longer than the key.
    text.toggleAttribute('data-long', text.value.length > FULL);
    send.disabled = !room() || sent !== null || !/\S/.test(text.value);
  }

  text.value ||= store.get() ?? '';
  text.setSelectionRange(text.value.length, text.value.length);
  refresh();
  text.addEventListener('input', () => {
    if (text.value.length < LONG) save(); else saving ||= setTimeout(save, 300);
    refresh();
  });
  addEventListener('pagehide', () => { if (saving) save(); });
  // Another tab has sent or emptied the draft: here it goes, too, if it is the same; a different one is kept again.
  addEventListener('storage', event => {
    if (event.key !== draft || event.newValue || !text.value) return;
    if (text.value === event.oldValue && sent === null) text.value = ''; else save();
    refresh();
  });

  // Unfolded at the end of a small page the field would lie below the composer.
  document.querySelector('.welcome__tune')?.addEventListener('toggle', event => event.target.open && event.target.scrollIntoView({ block: 'nearest' }));

  text.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229 || isTouch) return;
    event.preventDefault();
    if (!send.disabled && !stopForm()) form.requestSubmit();
  });
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || event.isComposing || document.querySelector('[popover="auto"]:popover-open, dialog[open]')) return;
    stopForm()?.requestSubmit();
  });

  // The key belongs to what was sent with it: another text, model or system prompt is another request.
  document.addEventListener('input', event => { if (event.target.form === form) form.elements.key.value = newKey(); });

  form.addEventListener('htmx:before:request', event => {
    if (event.target !== form) return;
    save();
    sent = text.value;
    refresh();
  });
  form.addEventListener('htmx:after:request', event => {
    if (event.target !== form || event.detail.ctx.response.status >= 300) return;
    if (text.value === sent) text.value = '';
    clearTimeout(saving);
    // What another tab has written meanwhile is its own.
    if ([sent, null].includes(store.get()) || text.value) save();
    form.elements.key.value = newKey();
    freshet.follow();
  });
  form.addEventListener('htmx:finally:request', event => {
    if (event.target !== form) return;
    sent = null;
    refresh();
    text.focus();
  });
})();
