// The start page of who is signed in, and what strangers see instead: an answer that is written while they look.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, call, chatId, ended, grown, house, say, signUp, until } from './support.mjs';

const home = house();

test('the start page shows what runs and what was last, and one can write at once', () => home.visit({ still: true }, async page => {
  await page.goto('/');
  await page.getByRole('heading', { name: 'What is next, Ada?' }).waitFor();
  await say(page, 'Bread at high altitude', { model: 'fast' });
  await ended(page);
  await say(page, 'A slow one', { model: 'slow:ms=200' });
  await grown(page, 5);
  await page.goto('/');
  await page.getByRole('region', { name: 'Being answered now' }).getByRole('link', { name: 'A slow one' }).waitFor();
  await page.getByRole('region', { name: 'Recent' }).getByRole('link', { name: 'Bread at high altitude' }).waitFor();
  await page.locator('#content').fill('From the start page');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await answer(page).waitFor({ state: 'attached' });
}));

test('what is pinned stands by itself on the start page', () => home.visit({ still: true }, async page => {
  await say(page, 'Sourdough, kept', { model: 'fast' });
  await ended(page);
  const id = chatId(page);
  await page.goto('/');
  const link = name => page.getByRole('region', { name }).locator(`a[href="/c/${id}"]`);
  await link('Recent').waitFor();
  assert.equal(await link('Pinned').count(), 0);
  assert.equal((await call(page, 'PATCH', `/chats/${id}`, { pinned: true })).status, 200);
  await page.goto('/');
  await link('Pinned').waitFor();
  assert.equal(await link('Recent').count(), 0, 'not twice');
}));

test('without scripts the start page begins a conversation, too', () => home.visit({ js: false }, async page => {
  await page.goto('/');
  await page.locator('#content').fill('By form');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}/, { waitUntil: 'commit' }); // it is whole when the answer is
}));

test('on a first day there are ideas, and a way to two models', () => home.visit({ signedIn: false }, async page => {
  await signUp(page, { name: 'Eve', email: 'eve@example.org', password: 'seven quiet rivers' });
  await page.goto('/');
  await page.getByRole('link', { name: /Explain how tides work/ }).waitFor();
  await page.getByRole('link', { name: 'Compare two models' }).click();
  await page.waitForURL('**/c/new?model2=*');
  const [one, other] = await page.locator('.composer select').evaluateAll(all => all.map(select => select.value));
  assert.ok(one && other && one !== other, `${one} and ${other}`);
  assert.ok(await page.locator('select[name="model2"]').isVisible());
}));

const blocks = page => page.locator('.demo [data-part="blocks"]');

test('strangers see an answer being written, and it ends as the page had it', () => home.visit({ signedIn: false }, async (page, context) => {
  const plain = await context.browser().newContext({ javaScriptEnabled: false, baseURL: home.server.url });
  const still = await plain.newPage();
  await still.goto('/');
  const whole = await blocks(still).evaluate(element => element.innerHTML);
  await plain.close();
  assert.ok(whole.includes('<table'), 'without scripts the answer is there');
  await page.goto('/');
  const before = await page.locator('.claims').evaluate(element => element.getBoundingClientRect().top + scrollY);
  await page.locator('.demo').scrollIntoViewIfNeeded();
  await page.locator('.demo .message[aria-busy="true"]').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.claims').evaluate(element => element.getBoundingClientRect().top + scrollY), before, 'nothing moves');
  await until(page, () => document.querySelector('.demo .message--assistant').ariaBusy === 'false', undefined, 30_000);
  const code = html => html.replaceAll(/<button[^>]*>[^<]*<\/button>/g, '').replaceAll(/ tabindex="0"/g, '');
  assert.equal(code(await blocks(page).evaluate(element => element.innerHTML)), code(whole));
}));

test('who wants less motion sees the whole answer at once', () => home.visit({ signedIn: false, still: true }, async page => {
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto('/');
  await until(page, () => document.readyState === 'complete');
  assert.ok(!asked.includes('/demo'));
  assert.ok(await blocks(page).evaluate(element => element.children.length) >= 5);
}));
