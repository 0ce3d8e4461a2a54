// What is written and not yet sent: every way to lose it, and who may see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, chatId, ended, house, say, signUp, until } from './support.mjs';

const home = house();
const text = page => page.locator('#content');
const send = page => page.getByRole('button', { name: 'Send' });

test('a draft belongs to its conversation, and survives going away, a reload and a lost tab', () => home.visit({}, async (page, context) => {
  await say(page, 'one', { model: 'fast' });
  await ended(page);
  const one = page.url();
  await text(page).fill('about one');
  await page.goto('/c/new');
  assert.equal(await text(page).inputValue(), '');
  await text(page).fill('something new');
  await page.goto(one);
  assert.equal(await text(page).inputValue(), 'about one');
  await page.reload();
  assert.equal(await text(page).inputValue(), 'about one');
  const again = await context.newPage();
  await page.close();
  await again.goto(one);
  assert.equal(await text(again).inputValue(), 'about one');
  await again.goto('/c/new');
  assert.equal(await text(again).inputValue(), 'something new');
}));

test('a long draft is kept when its page is left', () => home.visit({}, async page => {
  await page.goto('/c/new');
  const long = 'a longer thought '.repeat(3000);
  await text(page).fill(long);
  await page.reload();
  assert.equal(await text(page).inputValue(), long);
}));

test('a draft that could not be sent is still there', () => home.visit({ allows: [/ERR_|Failed to fetch/] }, async (page, context) => {
  await say(page, 'one', { model: 'fast' });
  await ended(page);
  await text(page).fill('into the void');
  await context.setOffline(true);
  await text(page).press('Enter');
  await page.locator('.toast--error').waitFor();
  assert.equal(await text(page).inputValue(), 'into the void');
  await context.setOffline(false);
  await page.reload();
  assert.equal(await text(page).inputValue(), 'into the void');
  await text(page).press('Enter');
  await page.locator('.message--user').nth(1).waitFor();
  await until(page, () => document.getElementById('content').value === '');
  await page.reload();
  assert.equal(await text(page).inputValue(), '');
}));

test('somebody else at the same browser sees no draft', () => home.visit({ signedIn: false }, async page => {
  await signUp(page, { name: 'Eve', email: 'eve@example.org', password: 'seven quiet rivers' });
  await text(page).fill('nobody’s business');
  await page.locator('form[action="/logout"]').first().evaluate(form => form.requestSubmit());
  await page.waitForURL(url => !url.pathname.startsWith('/c/'));
  await signUp(page, { name: 'Bob', email: 'bob@example.org', password: 'seven quiet rivers' });
  assert.equal(await text(page).inputValue(), '');
}));

test('of two tabs, the one that sends takes its own draft with it and leaves the other’s', () => home.visit({}, async (page, context) => {
  await say(page, 'one', { model: 'fast' });
  await ended(page);
  await text(page).fill('the same');
  const twin = await context.newPage();
  await twin.goto(page.url());
  assert.equal(await text(twin).inputValue(), 'the same');
  await text(page).press('Enter');
  await until(twin, () => document.getElementById('content').value === '');
  await ended(page);
  await text(twin).fill('of the twin');
  await text(page).fill('of the first');
  await text(page).press('Enter');
  await until(page, () => document.getElementById('content').value === '');
  await until(twin, () => Object.values(localStorage).includes('of the twin'));
  await twin.reload();
  assert.equal(await text(twin).inputValue(), 'of the twin');
}));

test('what is too long is not cut but counted, in the server’s bytes', () => home.visit({}, async page => {
  await say(page, 'one', { model: 'fast' });
  await ended(page);
  const count = page.locator('.composer__count');
  await text(page).fill('ä'.repeat(100_000));
  assert.equal(await count.isVisible(), false);
  await text(page).fill('ä'.repeat(131_072));
  assert.equal(await count.textContent(), '0.0 kB left');
  assert.equal(await send(page).isDisabled(), false);
  await text(page).fill('ä'.repeat(132_096));
  assert.equal(await count.textContent(), '2.0 kB too long to send');
  assert.equal(await send(page).isDisabled(), true);
  await text(page).fill(`${'ä'.repeat(131_071)}\n`);
  await text(page).press('Enter');
  await page.locator('.message--user').nth(1).waitFor({ state: 'attached' });
  const { body } = await call(page, 'GET', `/chats/${chatId(page)}/messages`);
  assert.equal(new TextEncoder().encode(body.items[2].text).length, 2 * 131_071 + 1, 'sent whole');
}));

test('a paste of 200 kB does not freeze the page, and the composer grows no further than it should', t => home.visit({}, async page => {
  await page.goto('/c/new');
  await text(page).focus();
  const took = await page.evaluate(() => {
    const begun = performance.now();
    document.execCommand('insertText', false, 'words and more words, '.repeat(9100));
    document.getElementById('content').getBoundingClientRect();
    return performance.now() - begun;
  });
  t.diagnostic(`paste of 200 kB: ${took.toFixed(0)} ms`);
  assert.ok(took < 2000, `${took} ms`);
  const { height } = await text(page).boundingBox();
  assert.ok(height <= 800 * 0.4 + 1, `${height} px`);
  const begun = Date.now();
  await page.keyboard.type('abc');
  await until(page, () => document.getElementById('content').value.endsWith('abc'));
  t.diagnostic(`three keys behind it: ${Date.now() - begun} ms`);
}));
