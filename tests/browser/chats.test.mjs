// Conversations as a list: options, pins, the archive, deleting with a way back, searching, and a list without end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { call, chatId, ended, house, say, until } from './support.mjs';

const home = house();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const begins = async (page, title) => (await call(page, 'POST', '/chats', { title, model: 'simulated/fast' })).body.id;
const line = (page, id) => page.locator(`#chats #chat-${id}`);
const options = async (page, id) => {
  await line(page, id).hover();
  await line(page, id).locator('.sidebar__do').click();
};
const group = (page, id) => line(page, id).evaluate(line => line.parentElement.id || 'other');

test('the options of a line rename, pin, archive and delete, with a way back', () => home.visit({ allows: [/404/, /422/] }, async page => {
  await page.goto('/c/new');
  const id = await begins(page, 'Tides'), open = await begins(page, 'Moons');
  await page.goto(`/c/${open}`);
  await options(page, id);
  const dialog = page.locator('dialog.dialog');
  await dialog.getByRole('link', { name: 'Rename' }).click();
  await dialog.getByRole('textbox').fill('   ');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByRole('textbox').fill('High <b>tides</b>');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await dialog.waitFor({ state: 'detached' });
  await line(page, id).getByText('High <b>tides</b>', { exact: true }).waitFor();

  await options(page, id);
  await dialog.getByRole('button', { name: 'Pin' }).click();
  await page.locator(`#chats-pinned #chat-${id}`).waitFor();
  await options(page, id);
  await dialog.getByRole('button', { name: 'Unpin' }).click();
  await page.locator(`#chats-today #chat-${id}`).waitFor();

  await options(page, id);
  await dialog.getByRole('button', { name: 'Archive' }).click();
  await line(page, id).waitFor({ state: 'detached' });
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await line(page, id).waitFor();
  await until(page, () => !document.querySelector('.toast__action'));

  await options(page, id);
  await dialog.getByRole('link', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await line(page, id).waitFor({ state: 'detached' });
  assert.equal((await call(page, 'GET', `/chats/${id}`)).status, 404);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await line(page, id).waitFor();
  assert.equal(chatId(page), open, 'the page that asked stays');
  assert.equal((await call(page, 'GET', `/chats/${id}`)).status, 200);
}));

test('the open conversation is renamed, pinned and deleted from its own menu, and other windows see it', () => home.visit({ allows: [/404/, /422/] }, async (page, context) => {
  await say(page, 'a word on rivers', { model: 'fast' });
  await ended(page);
  const id = chatId(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator('#stream').waitFor({ state: 'attached' });
  const menu = async name => {
    await page.locator('#options .menu__button').click();
    await page.locator('#options').getByText(name, { exact: true }).click();
  };
  await menu('Rename');
  await page.locator('dialog').getByRole('textbox').fill('Rivers');
  await page.locator('dialog').getByRole('button', { name: 'Rename' }).click();
  for (const window of [page, other]) {
    await until(window, () => document.getElementById('title').textContent === 'Rivers');
    await line(window, id).getByText('Rivers').waitFor();
  }
  await menu('Pin');
  for (const window of [page, other]) await window.locator(`#chats-pinned #chat-${id}`).waitFor();
  await other.locator('#options').getByText('Unpin').waitFor({ state: 'attached' });
  await menu('Unpin');
  for (const window of [page, other]) await window.locator(`#chats-today #chat-${id}`).waitFor();
  assert.equal(await group(page, id), 'chats-today');

  await menu('Delete');
  await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/c/new');
  assert.equal(await line(page, id).count(), 0);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await line(page, id).locator('.sidebar__item').click();
  await page.waitForURL(`**/c/${id}`);
  await say(page, 'and on');
  await ended(page);
  assert.equal(await page.locator('.message--assistant').count(), 2);
}));

test('a list that is loaded says what is being answered elsewhere, and notices when it is not any more', () => home.visit({}, async page => {
  await say(page, 'on and on', { model: 'slow:ms=400' });
  const busy = chatId(page);
  const here = await begins(page, 'Somewhere else');
  await page.goto(`/c/${here}`);
  await line(page, busy).locator('.sidebar__live').waitFor();
  await line(page, busy).getByText('Answering').waitFor();
  assert.equal(await line(page, here).locator('.sidebar__live').count(), 0);
  await page.goto('/chats');
  await page.locator(`#chat-${busy} .sidebar__live`).waitFor();
  await page.goto(`/c/${here}`);
  await page.locator('#chats > .sidebar__watch').waitFor({ state: 'attached' });
  await call(page, 'PUT', `/chats/${busy}/cancellation`);
  await line(page, busy).locator('.sidebar__live').waitFor({ state: 'detached' });
  await page.locator('.sidebar__watch').waitFor({ state: 'detached' });
  await line(page, busy).waitFor();
}));

test('without scripts all of it works by pages', () => home.visit({ js: false }, async page => {
  await page.goto('/c/new?model=simulated%2Ffast');
  await page.locator('#content').fill('plain tides');
  await page.locator('[aria-label="Send"]').click({ noWaitAfter: true });
  await page.waitForURL(/[0-9a-f-]{36}/, { waitUntil: 'commit' });
  const id = /[0-9a-f-]{36}/.exec(page.url())[0];
  await page.goto(`/c/${id}`);
  await line(page, id).locator('.sidebar__do').click();
  await page.waitForURL(`**/c/${id}/menu`);
  await page.getByRole('link', { name: 'Rename' }).click();
  await page.getByRole('textbox').fill('Plain');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.waitForURL(`**/c/${id}`);
  assert.equal(await page.locator('#title').textContent(), 'Plain');
  await page.goto(`/c/${id}/menu`);
  await page.getByRole('button', { name: 'Pin' }).click();
  assert.equal(await page.locator(`#chats-pinned #chat-${id}`).count(), 1);
  await page.goto(`/c/${id}/menu`);
  await page.getByRole('button', { name: 'Archive' }).click();
  await page.getByText('Conversation archived.').waitFor();
  assert.equal(await line(page, id).count(), 0);
  await page.goto('/chats?show=archived');
  assert.equal(await page.locator(`#chat-${id}`).count(), 1);
  await page.locator(`#chat-${id} .sidebar__do`).click();
  await page.getByRole('button', { name: 'Take out of the archive' }).click();
  await page.goto(`/c/${id}/delete`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/c/new');
  assert.equal(await line(page, id).count(), 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForURL(`**/c/${id}`);
  assert.equal(await page.locator('#title').textContent(), 'Plain');
  await page.goto('/search?q=tid');
  await page.locator('.hit mark').first().waitFor();
  await page.locator('.hit', { has: page.locator('.hit__meta', { hasText: /^You/ }) }).first().click();
  await page.waitForURL(/at=/);
  assert.equal(await page.locator('.message:target').count(), 1);
}));

test('one searches as one types, above the conversation', () => home.visit({}, async page => {
  await say(page, 'what a quagga is', { model: 'fast' });
  await ended(page);
  const id = chatId(page);
  await page.goto('/c/new');
  await page.locator('.sidebar__find').click();
  const dialog = page.locator('dialog.dialog');
  await dialog.getByRole('searchbox').pressSequentially('quagg', { delay: 20 });
  await dialog.locator('.hit mark').first().waitFor();
  assert.match(await dialog.locator('.hit mark').first().textContent(), /^quagga$/i);
  await dialog.getByRole('searchbox').fill('nothing like that');
  await dialog.getByText('Nothing found').waitFor();
  await dialog.getByRole('searchbox').fill('quagga');
  await dialog.locator('.hit', { has: page.locator('.hit__meta', { hasText: /^You/ }) }).click();
  await page.waitForURL(new RegExp(`/c/${id}\\?at=`));
  assert.match(await page.locator('.message:target').textContent(), /quagga/);
}));

test('a list of hundreds comes as one scrolls, each conversation once', t => home.visit({}, async page => {
  await page.goto('/c/new');
  await page.evaluate(async () => {
    for (let n = 0; n < 220; n += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, k) => fetch('/api/v1/chats', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title: `Conversation ${n + k}`, model: 'simulated/fast' }) })));
    }
  });
  const response = await page.goto('/c/new');
  const html = await response.text();
  const lines = html.split('class="sidebar__line"').length - 1;
  assert.ok(lines >= 20 && lines <= 30, `${lines} lines at first`);
  const all = await page.evaluate(async () => {
    let count = 0, cursor = '';
    do {
      const page = await (await fetch(`/api/v1/chats?limit=100${cursor && `&cursor=${cursor}`}`)).json();
      count += page.items.length;
      cursor = page.next_cursor;
    } while (cursor);
    return count;
  });
  await until(page, wanted => {
    const list = document.getElementById('chats');
    list.scrollTop = list.scrollHeight;
    return list.querySelectorAll('.sidebar__line').length >= wanted;
  }, all, 30_000);
  const ids = await page.locator('#chats .sidebar__line').evaluateAll(lines => lines.map(line => line.id));
  assert.equal(new Set(ids).size, all);
  assert.equal(ids.length, all);
  assert.equal(await page.locator('#chats .sidebar__label:visible', { hasText: 'Today' }).count(), 1);
  t.diagnostic(`${all} conversations`);

  await page.goto('/chats');
  assert.equal(await page.locator('.sidebar__line').count(), 50);
  await page.getByRole('link', { name: 'Older conversations' }).click();
  await page.getByRole('link', { name: 'Newest conversations' }).waitFor();
}));

test('the new pages look good everywhere', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  const id = await begins(page, 'A title that is rather long for a narrow telephone, or for a sidebar');
  for (const [name, path] of [
    ['chats', '/chats'], ['chats-empty', '/chats?show=pinned'], ['search', '/search?q=conversation'], ['options', `/c/${id}/menu`],
    ['rename', `/c/${id}/rename`], ['delete', `/c/${id}/delete`], ['sidebar', `/c/${id}`],
  ]) {
    await page.goto(path);
    for (const [width, height] of [[360, 740], [1280, 800]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        const where = `talks-${name}-${width}-${colorScheme}`;
        if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: `out/${where}.png` });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where}: too wide`);
        if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
        const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ['violations'],
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations
          .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`)));
        assert.deepEqual(found, [], where);
      }
    }
  }
}));
