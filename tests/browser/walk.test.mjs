// A walk over every page there is, on a phone, a tablet and a desk, in both themes: nothing sticks out, axe finds nothing.
// What `visit` notices fails it, too: an error in the console, a broken rule of the policy, a request to another origin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badColours, sticksOut, violations } from './eyes.mjs';
import { ada, call, chatId, ended, house, say, until } from './support.mjs';

const home = house();
const widths = [[360, 740], [768, 1024], [1440, 900]];
const options = { still: true, allows: [/status of (403|404|405|422)/] };
const walk = { timeout: 180_000 };

// Looks at the page as it is now. Adds to `wrong` instead of failing, so that one walk finds everything.
async function look(page, name, wrong) {
  for (const [width, height] of widths) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await until(page, () => !document.getAnimations().some(animation => animation.playState === 'running' && animation.effect.getTiming().iterations < Infinity));
      const where = `${name} ${width} ${colorScheme}`;
      if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: `out/walk-${where.replaceAll(/\W+/g, '-')}.png` });
      const out = await sticksOut(page);
      if (out) wrong.push(`${where}: wider than the page: ${out}`);
      // Where the colours are all that differs, only they are looked at.
      const found = await (colorScheme === 'light' || width === 768 ? violations(page) : badColours(page));
      for (const words of found) wrong.push(`${where}: ${words}`);
    }
  }
}

async function visits(page, paths, wrong) {
  for (const [name, path] of Object.entries(paths)) {
    const response = await page.goto(path);
    assert.ok(response.status() < 500, path);
    await look(page, name, wrong);
  }
}

test('where strangers come', walk, () => home.visit({ ...options, signedIn: false }, async page => {
  const wrong = [];
  await visits(page, { landing: '/', 'sign in': '/login', register: '/register', offline: '/offline', 'nowhere, a stranger': '/no/such/page' }, wrong);
  await page.goto('/login');
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await look(page, 'sign in, refused', wrong);
  assert.deepEqual(wrong, []);
}));

test('where one lives', walk, () => home.visit(options, async page => {
  const wrong = [];
  await say(page, 'How rivers carry sediment', { model: 'fast' });
  await ended(page);
  await call(page, 'PATCH', `/chats/${chatId(page)}`, { pinned: true });
  await say(page, 'Bread at high altitude', { model: 'fast' });
  await ended(page);
  const chat = new URL(page.url()).pathname;
  await visits(page, {
    start: '/', 'a new chat': '/c/new', 'a chat': chat, 'all chats': '/chats', 'pinned chats': '/chats?show=pinned', 'archived chats': '/chats?show=archived',
    search: '/search', found: '/search?q=rivers', 'found nothing': '/search?q=quicksilver', commands: '/palette', shortcuts: '/help/shortcuts',
    models: `/models?c=${chat.split('/').at(-1)}`, 'no models': '/models?q=quicksilver',
    nowhere: '/no/such/page', 'no such chat': '/c/00000000-0000-7000-8000-000000000000',
  }, wrong);
  assert.deepEqual(wrong, []);
}));

test('where one arranges things', walk, () => home.visit(options, async page => {
  const wrong = [];
  const places = ['', '/appearance', '/language', '/models', '/keys', '/providers', '/security', '/account'];
  await visits(page, Object.fromEntries(places.map(place => [`settings${place}`, `/settings${place}`])), wrong);
  assert.deepEqual(wrong, []);
}));

test('what opens for one action, as a page and above one', walk, () => home.visit(options, async page => {
  const wrong = [];
  await say(page, 'A chat with a rather long title that no sheet shows in one line', { model: 'fast' });
  await ended(page);
  const chat = new URL(page.url()).pathname;
  const [asked, answered] = await page.locator('.message').evaluateAll(all => all.map(({ id }) => id.replace(/^m-/, '')));
  const sheets = {
    options: `${chat}/menu`, rename: `${chat}/rename`, delete: `${chat}/delete`, tuning: `${chat}/settings`,
    edit: `/m/${asked}/edit`, again: `/m/${answered}/again`,
  };
  await visits(page, sheets, wrong);
  await page.goto(chat);
  await until(page, () => typeof freshet === 'object' && 'htmx' in window);
  for (const [name, path] of Object.entries({ ...sheets, search: '/search', shortcuts: '/help/shortcuts', models: '/models' })) {
    await page.evaluate(path => freshet.sheet(path), path);
    await page.locator('dialog .sheet').waitFor();
    await look(page, `${name}, above`, wrong);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await page.keyboard.press('Control+k');
  await page.locator('.palette__item[aria-selected="true"]').waitFor();
  await look(page, 'commands, above', wrong);
  assert.deepEqual(wrong, []);
}));
