// The palette: one field over what can be done, what the open page offers, and the conversations. The server's page is
// fetched when it is first asked for; without scripts that page itself is the palette.
(() => {
  'use strict';
  const MOST = 8;
  const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
  const wordsOf = item => item.querySelector('.palette__text').textContent;
  let box, input, list, sample, active, asking, asked = 0;

  async function load() {
    const answer = await fetch('/palette', { headers: { accept: 'text/html' } });
    const palette = answer.ok && freshet.parsePage(await answer.text()).querySelector('.palette');
    if (!palette) throw new Error('no palette');
    box = document.createElement('dialog');
    box.className = 'dialog-box';
    box.setAttribute('closedby', 'any');
    box.append(document.adoptNode(palette));
    document.body.append(box);
    input = box.querySelector('input');
    list = box.querySelector('.palette__list');
    sample = group('chats').querySelector('a');
    sample.remove();
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'true', 'aria-controls': list.id, 'aria-autocomplete': 'list' })) input.setAttribute(name, value);
    list.role = 'listbox';
    box.ariaLabel = list.ariaLabel;
    list.querySelectorAll('.palette__item').forEach(dress);
    for (const part of list.querySelectorAll('.palette__group')) {
      part.role = 'group';
      part.ariaLabel = part.querySelector('h2').textContent;
      part.querySelector('h2').role = 'presentation';
    }
    input.addEventListener('input', filter);
    input.addEventListener('keydown', walk);
    box.addEventListener('submit', event => { if (active) { event.preventDefault(); active.click(); } });
    list.addEventListener('pointermove', event => mark(event.target.closest('.palette__item') ?? active));
    list.addEventListener('click', choose);
  }

  const group = name => list.querySelector(`[data-group="${name}"]`);
  function dress(item) {
    item.role = 'option';
    item.tabIndex = -1;
    item.id ||= `palette-${asked++}`;
    return item;
  }
  function fill(name, items) {
    const part = group(name);
    part.querySelectorAll('.palette__item').forEach(item => item.remove());
    part.append(...items);
  }
  function line(text, make) {
    const item = dress(sample.cloneNode(true));
    item.removeAttribute('id');
    item.querySelector('.palette__text').textContent = text;
    make(item);
    return dress(item);
  }
  const chat = ({ href, title }) => line(title, item => { item.href = href; });
  const known = () => [...document.querySelectorAll('#chats a[href^="/c/"]')].filter(link => /^\/c\/[0-9a-f-]{36}$/.test(link.pathname) && !link.ariaCurrent)
    .map(link => ({ href: link.pathname, title: link.querySelector('.sidebar__title')?.textContent ?? link.textContent.trim() }));

  // What the head of the page has in its menus is offered by name, too.
  const here = () => [...document.querySelectorAll('.chat__head .menu__item')].map(entry => line(entry.textContent.trim(), item => {
    item.querySelector('.icon').replaceWith(entry.querySelector('.icon')?.cloneNode(true) ?? '');
    item.removeAttribute('href');
    item.addEventListener('click', () => entry.click());
  }));

  function filter() {
    const query = fold(input.value), words = query.split(/\s+/).filter(Boolean);
    const fits = text => words.every(word => fold(text).includes(word));
    const chats = known().filter(({ title }) => fits(title)).slice(0, words.length ? MOST : 5);
    fill('chats', chats.map(chat));
    show(fits, query);
    clearTimeout(asking);
    if (words.length) asking = setTimeout(() => ask(input.value, chats), 160);
  }
  // Those that the page does not show.
  async function ask(query, chats) {
    const answer = await fetch(`/api/v1/chats?limit=${MOST}&q=${encodeURIComponent(query)}`).catch(() => null);
    const found = answer?.ok ? (await answer.json()).items ?? [] : [];
    if (input.value !== query || !box.open) return;
    const more = found.map(({ id, title }) => ({ href: `/c/${id}`, title })).filter(({ href }) => !chats.some(chat => chat.href === href));
    if (more.length) { fill('chats', [...chats, ...more].slice(0, MOST).map(chat)); show(() => true, fold(query), 'chats'); }
  }
  function show(fits, query, only) {
    for (const item of (only ? group(only) : list).querySelectorAll('.palette__item')) item.hidden = !fits(wordsOf(item));
    for (const part of list.querySelectorAll('.palette__group')) part.hidden = !part.querySelector('.palette__item:not([hidden])');
    const all = visible();
    list.querySelector('.palette__none').hidden = all.length > 0;
    mark(only && all.includes(active) ? active : query ? all.find(item => fold(wordsOf(item)).startsWith(query)) ?? all[0] : all[0]);
  }
  const visible = () => [...list.querySelectorAll('.palette__item:not([hidden])')].filter(item => item.checkVisibility());

  function mark(item) {
    active?.setAttribute('aria-selected', 'false');
    active = item;
    active?.setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', active?.id ?? '');
  }
  function walk(event) {
    const all = visible(), at = all.indexOf(active);
    const next = { ArrowDown: all[(at + 1) % all.length], ArrowUp: all.at(at - 1) }[event.key];
    if (!next || event.isComposing) return;
    event.preventDefault();
    mark(next);
    next.scrollIntoView({ block: 'nearest' });
  }
  function choose(event) {
    const item = event.target.closest('.palette__item');
    if (!item) return;
    const isElsewhere = event.metaKey || event.ctrlKey || event.shiftKey;
    if (!isElsewhere) box.close();
    if (item.dataset.run) freshet.run(item.dataset.run);
  }

  freshet.palette = async () => {
    try {
      if (!box) await load();
      if (box.open) return box.close();
      input.value = '';
      box.showModal();
      fill('here', here());
      filter();
      input.focus();
    } catch {
      location.assign('/palette');
    }
  };
  document.addEventListener('click', event => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !event.target.closest('[data-behavior="palette"]')) return;
    event.preventDefault();
    freshet.palette();
  });
})();
