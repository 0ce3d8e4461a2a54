// Sends a message without leaving the page. htmx posts the form (hx-post); the server answers
//   204             in a conversation: the message and its answer come by the stream;
//   204/200 + HX-Redirect: /c/<id>   from /c/new. (A 303 would be followed by fetch itself and its page thrown away.)
//   4xx/5xx         with a toast as <hx-partial> in the body. The text is kept until it was taken.
// Without scripts the same form is answered by 303.
(() => {
  'use strict';
  const form = document.querySelector('[data-behavior="composer"]');
  if (!form) return;
  const text = form.elements.content, send = form.querySelector('[type="submit"]');
  const draft = `draft:${form.dataset.draft}`;
  const stopForm = () => document.querySelector('[data-behavior="stop"]');
  const isTouch = matchMedia('(pointer: coarse)').matches;
  let sent = null;

  // randomUUID needs https; a server in the next room may not have it.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
  const store = {
    get() { try { return localStorage.getItem(draft); } catch { return null; } },
    set(value) { try { value ? localStorage.setItem(draft, value) : localStorage.removeItem(draft); } catch { /* private mode */ } },
  };
  const refresh = () => { send.disabled = sent !== null || !text.value.trim(); };

  text.value ||= store.get() ?? '';
  text.setSelectionRange(text.value.length, text.value.length);
  refresh();
  text.addEventListener('input', () => { store.set(text.value); refresh(); });

  text.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229 || isTouch) return;
    event.preventDefault();
    if (!send.disabled && !stopForm()) form.requestSubmit();
  });
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || event.isComposing || document.querySelector('[popover="auto"]:popover-open, dialog[open]')) return;
    stopForm()?.requestSubmit();
  });

  // The key belongs to what was sent with it: another text or model is another request.
  form.addEventListener('input', () => { form.elements.key.value = newKey(); });

  form.addEventListener('htmx:before:request', event => {
    if (event.target !== form) return;
    sent = text.value;
    refresh();
  });
  form.addEventListener('htmx:after:request', event => {
    if (event.target !== form || event.detail.ctx.response.status >= 300) return;
    text.value = text.value === sent ? '' : text.value;
    store.set(text.value);
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
