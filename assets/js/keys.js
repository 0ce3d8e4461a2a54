// Keyboard shortcuts, and what they and the palette do by name. Each is a chord, so none is in the way of writing.
// They can be switched off on the page that lists them, for this browser.
(() => {
  'use strict';
  const root = document.documentElement;
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  const last = wanted => [...document.querySelectorAll(wanted)].at(-1);
  const store = {
    get isOn() { try { return localStorage.getItem('keys') !== 'off'; } catch { return true; } },
    set isOn(on) { try { on ? localStorage.removeItem('keys') : localStorage.setItem('keys', 'off'); } catch { /* private mode */ } },
  };
  const theme = name => document.querySelector(`.theme__choice[value="${name}"]`)?.click();

  function sidebar() {
    const bar = document.getElementById('sidebar');
    if (!bar) return;
    if (matchMedia('(width < 56rem)').matches) return bar.togglePopover();
    const isOff = root.dataset.sidebar !== 'off';
    if (isOff) root.dataset.sidebar = 'off'; else delete root.dataset.sidebar;
    document.cookie = `sidebar=${isOff ? 'off; max-age=31536000' : '; max-age=0'}; path=/; samesite=lax`;
  }
  function model() {
    const picker = document.getElementById('model');
    picker?.focus();
    try { picker?.showPicker?.(); } catch { /* only while a key is pressed */ }
  }
  const names = {
    'copy-answer': () => last('.message--assistant [data-behavior="copy-message"]')?.click(),
    'copy-code': () => last('.code__copy')?.click(),
    model, sidebar,
    'theme-light': () => theme('light'), 'theme-dark': () => theme('dark'), 'theme-system': () => theme('system'),
  };
  freshet.run = name => names[name]?.();

  const chords = {
    'k': () => freshet.palette(),
    '/': () => freshet.sheet('/help/shortcuts'),
    '.': () => location.assign('/settings'),
    'shift o': () => location.assign('/c/new'),
    'shift s': sidebar,
    'shift m': model,
    'shift c': names['copy-answer'],
    'shift ;': names['copy-code'],
  };
  // By what is written on the key; by its place where the letters are not Latin ones. Where / needs Shift, so be it.
  function nameOf({ key, code, shiftKey }) {
    const letter = /^[ -~]$/.test(key) ? key.toLowerCase() : /^Key[A-Z]$/.test(code) ? code.at(-1).toLowerCase() : key;
    const plain = letter === ':' ? ';' : letter;
    return shiftKey && plain !== '/' ? `shift ${plain}` : plain;
  }

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.isComposing || event.altKey || !('signedIn' in document.body.dataset) || !store.isOn) return;
    if (event.key === 'Escape' && event.shiftKey) {
      const text = document.getElementById('content');
      if (text && !document.querySelector('dialog:modal')) { event.preventDefault(); text.focus(); }
      return;
    }
    if (isMac ? !event.metaKey || event.ctrlKey : !event.ctrlKey || event.metaKey) return;
    const name = nameOf(event), act = chords[name];
    if (!act || (name !== 'k' && document.querySelector('dialog:modal'))) return;
    event.preventDefault();
    if (!event.repeat) act();
  });

  // The button that opens the drawer on a phone brings the list back on a desk.
  document.addEventListener('click', event => {
    if (root.dataset.sidebar !== 'off' || !event.target.closest('[popovertarget="sidebar"]') || matchMedia('(width < 56rem)').matches) return;
    event.preventDefault();
    sidebar();
  });

  const box = () => document.querySelector('[data-behavior="keys"]');
  const tell = () => { if (box()) box().checked = store.isOn; };
  document.addEventListener('change', event => { if (event.target === box()) store.isOn = event.target.checked; });
  document.addEventListener('htmx:after:process', tell);
  tell();
})();
