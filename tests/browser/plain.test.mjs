// Without JavaScript everything works, too: the page itself streams the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ada, house, same, until } from './support.mjs';

const home = house();
const noScripts = { js: false };

const choose = (page, model) => page.goto(`/c/new?model=${encodeURIComponent(`simulated/${model}`)}`);
// A document that streams is not loaded for a long time: only the first bytes are waited for.
const send = async (page, text) => {
  await page.locator('#content').fill(text);
  await page.locator('[aria-label="Send"]').click({ noWaitAfter: true });
  await page.waitForURL(/stream=html/, { waitUntil: 'commit' });
};
const seen = page => page.evaluate(() => ({
  state: document.readyState,
  text: document.querySelector('.message--assistant:last-of-type .message__body')?.innerText.length ?? 0,
}));

test('a stranger registers, writes, and watches the page itself grow', () => home.visit({ ...noScripts, signedIn: false }, async page => {
  await page.goto('/register');
  await page.getByLabel('Name').fill('Bob');
  await page.getByLabel('Email').fill('bob@example.org');
  await page.getByLabel('Password').fill('eight quiet rivers');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/c/new');
  await choose(page, 'essay:ms=5');
  await send(page, 'without scripts, please');
  const lengths = [];
  for (let last = 0; lengths.length < 5; last = lengths.at(-1)) {
    lengths.push(await until(page, last => {
      const length = document.querySelector('.message--assistant .message__body')?.innerText.length ?? 0;
      return document.readyState === 'loading' && length > last + 60 ? length : 0;
    }, last));
  }
  await page.waitForLoadState();
  assert.match(await page.locator('.message--assistant .message__body').innerText(), /A short tour of Freshet/);
  assert.equal(await page.locator('.t:visible').count(), 0, 'no open end is left over');

  // What is written can't be taken back: a note's mark stays as it was typed, where a fresh page has a number.
  const text = () => page.locator('[data-part="blocks"]').evaluate(blocks => {
    const copy = blocks.cloneNode(true);
    for (const tail of copy.querySelectorAll('.t, :scope > div:empty, sup')) tail.remove();
    return copy.textContent.replaceAll(/\[\^\w+\]/g, '');
  });
  const streamed = await text();
  await page.goto(page.url().replace(/\?.*/, ''));
  same(streamed, await text());
}));

test('a page that streams stays at its end, and stops when told to', () => home.visit(noScripts, async page => {
  await choose(page, 'tokens:n=2000,ms=5');
  await send(page, 'on and on');
  await until(page, () => scrollY > 200);
  const gap = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY);
  assert.ok(gap < 80, `${gap} px below the view`);
  const before = (await seen(page)).text;
  await page.locator('[aria-label="Stop"]').click();
  await page.waitForURL(/\/c\/[0-9a-f-]+$/);
  assert.ok(await page.locator('.outcome').isVisible());
  assert.ok((await seen(page)).text >= before);
  assert.equal(await page.locator('[aria-label="Send"]').isVisible(), true);
}));

test('a reload in mid-stream goes on where it was', () => home.visit(noScripts, async page => {
  await choose(page, 'tokens:n=300,ms=8');
  await send(page, 'reload me');
  await until(page, () => document.querySelector('.message--assistant .message__body')?.innerText.length > 300);
  const before = (await seen(page)).text;
  await page.reload({ waitUntil: 'commit' });
  await until(page, before => document.querySelector('.message--assistant .message__body')?.innerText.length >= before, before);
  await page.waitForLoadState();
  assert.equal(await page.locator('.message__foot[data-ended]').count(), 1);
  assert.equal(await page.locator('.composer__stop').isVisible(), false);
}));

test('thoughts are shown', () => home.visit(noScripts, async page => {
  await choose(page, 'thinking:ms=20');
  await send(page, 'think');
  await page.waitForLoadState();
  await page.goto(page.url().replace(/\?.*/, ''));
  await page.locator('.thinking__summary').click();
  assert.match(await page.locator('.thinking__text').innerText(), /First I should find out/);
}));

test('a refused message keeps its text and says why', () => home.visit({ ...noScripts, allows: [/409/] }, async (page, context) => {
  await choose(page, 'slow:ms=200');
  await send(page, 'slowly');
  const other = await context.newPage();
  await other.goto(page.url(), { waitUntil: 'commit' });
  await other.locator('#content').fill('impatient');
  // Send is hidden while an answer runs; Enter in a text area is a line. A form can still be sent by other means.
  await other.locator('#compose').evaluate(form => form.submit());
  await other.locator('.composer__problem').waitFor();
  assert.equal(await other.locator('#content').inputValue(), 'impatient');
}));

test('theme, settings, menus and signing out are forms', () => home.visit({ ...noScripts, signedIn: false, allows: [/401/] }, async page => {
  await page.goto('/login');
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/c/new');
  await page.locator('.user__button').click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'Dark', exact: true }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.toast').waitFor();
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL('**/login');
  assert.match(await page.locator('.toast').innerText(), /signed out/);
  await page.goto('/c/new');
  assert.equal(await page.locator('#content').count(), 0);
}));
