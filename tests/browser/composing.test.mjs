// Writing: keys, drafts, refusals, copying, and a view that stays where the reader wants it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ada, answer, call, chatId, ended, grown, house, say, until } from './support.mjs';

const home = house();

test('Enter sends, Shift+Enter makes a line, an input method keeps its Enter', () => home.visit({}, async page => {
  await page.goto('/c/new?model=simulated/echo:ms=0');
  const text = page.locator('#content');
  assert.equal(await text.evaluate(element => element === document.activeElement), true);
  assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
  await text.press('Enter');
  await text.pressSequentially('one');
  await text.press('Shift+Enter');
  await text.pressSequentially('two');
  assert.equal(await text.inputValue(), 'one\ntwo');
  const keepsIt = await text.evaluate(element => element.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(keepsIt, true, 'the key is the input method’s');
  assert.match(page.url(), /\/c\/new/);
  await text.press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await ended(page);
  assert.equal(await page.locator('.message__text').textContent(), 'one\ntwo');
  assert.equal(await text.inputValue(), '');
}));

test('on a touch screen Enter makes a line', () => home.visit({ touch: true, width: 390 }, async page => {
  await page.goto('/c/new');
  await page.locator('#content').fill('one');
  await page.locator('#content').press('Enter');
  assert.equal(await page.evaluate(() => matchMedia('(pointer: coarse)').matches), true);
  assert.equal(await page.locator('#content').inputValue(), 'one\n');
}));

test('a draft survives a reload, and is gone once it was sent', () => home.visit({}, async page => {
  await page.goto('/c/new?model=simulated/fast');
  await page.locator('#content').fill('half a thought');
  await page.reload();
  assert.equal(await page.locator('#content').inputValue(), 'half a thought');
  await page.locator('#content').press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await ended(page);
  await page.goto('/c/new');
  assert.equal(await page.locator('#content').inputValue(), '');
}));

test('a message that is refused keeps its text and says why', () => home.visit({ allows: [/409/] }, async page => {
  await say(page, 'slowly', { model: 'slow:ms=60' });
  await page.locator('#content').fill('impatient');
  await page.locator('#content').press('Enter');
  assert.equal(await page.locator('#content').inputValue(), 'impatient', 'Enter waits for the answer');
  // As from a tab that does not know yet.
  await page.locator('#compose').evaluate(form => form.requestSubmit());
  await page.locator('.toast--error').waitFor();
  assert.match(await page.locator('.toast').textContent(), /answer/i);
  assert.equal(await page.locator('#content').inputValue(), 'impatient');
  await page.locator('.toast__close').click();
  await page.locator('.toast').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await answer(page).locator('.outcome').waitFor();
  await page.locator('#content').press('Enter');
  await page.locator('.message--user').nth(1).waitFor();
}));

test('a message sent twice with one key is stored once', () => home.visit({}, async page => {
  await say(page, 'hello', { model: 'fast' });
  await ended(page);
  await page.locator('#content').fill('only once');
  await page.locator('#compose').evaluate(form => {
    const twin = { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { 'HX-Request': 'true' } };
    return Promise.all([fetch(form.action, twin), fetch(form.action, twin)]);
  });
  await page.locator('.message--user').nth(1).waitFor();
  await ended(page);
  const { body } = await call(page, 'GET', `/chats/${chatId(page)}/messages`);
  assert.equal(body.items.filter(message => message.text === 'only once').length, 1);
}));

test('code and whole messages are copied', () => home.visit({ permissions: ['clipboard-read', 'clipboard-write'] }, async page => {
  await say(page, 'Some code:\n\n```rust\nfn main() {\n    println!("hi");\n}\n```\n\nand the end.', { model: 'echo:ms=0' });
  await ended(page);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await answer(page).locator('[data-behavior="copy-code"]').click();
  await page.locator('.code__copy[data-done]').waitFor();
  assert.equal(await clipboard(), 'fn main() {\n    println!("hi");\n}');
  await answer(page).locator('[data-behavior="copy-message"]').click();
  await page.locator('[data-behavior="copy-message"][data-done]').waitFor();
  assert.match(await clipboard(), /Some code:[^]*println![^]*and the end\./);
}));

const gap = page => page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY);

test('the view follows an answer until the reader scrolls up, and again from the end', () => home.visit({ height: 500 }, async page => {
  await say(page, 'a long one', { model: 'essay:ms=4' });
  for (const characters of [1500, 2200]) {
    await grown(page, characters);
    assert.ok(await gap(page) < 70, `${await gap(page)} px from the end`);
  }
  await page.mouse.move(600, 200);
  await page.mouse.wheel(0, -600);
  await until(page, () => document.documentElement.scrollHeight - innerHeight - scrollY > 200);
  const place = await page.evaluate(() => scrollY);
  await page.locator('#latest').waitFor();
  const length = await page.evaluate(() => window.steps.at(-1));
  await grown(page, length + 800);
  assert.equal(await page.evaluate(() => scrollY), place, 'what is read stands still');
  await page.locator('#latest').click();
  await grown(page, length + 1200);
  assert.ok(await gap(page) < 70);
  await ended(page);
  assert.ok(await gap(page) < 70);
}));

test('words that are selected stay selected while the answer grows', () => home.visit({}, async page => {
  await say(page, 'select me', { model: 'essay:ms=4' });
  await until(page, () => document.querySelectorAll('[data-part="blocks"] > *').length > 3);
  await page.evaluate(() => {
    getSelection().selectAllChildren(document.querySelectorAll('[data-part="blocks"] > *')[2]);
    window.selected = getSelection().toString();
  });
  const length = await page.evaluate(() => window.steps.at(-1));
  await grown(page, length + 2000);
  assert.ok(await page.evaluate(() => window.selected.length > 20 && getSelection().toString() === window.selected));
}));

test('screen readers hear of an answer once, and it is busy until then', () => home.visit({}, async page => {
  await say(page, 'listen', { model: 'thinking:ms=12' });
  assert.equal(await answer(page).getAttribute('aria-busy'), 'true');
  await page.evaluate(() => {
    window.heard = [];
    new MutationObserver(() => window.heard.push(document.getElementById('announce').textContent))
      .observe(document.getElementById('announce'), { childList: true, characterData: true, subtree: true });
  });
  await ended(page);
  assert.equal(await page.evaluate(() => window.heard.filter(Boolean).length), 1);
  assert.match(await page.locator('#announce').textContent(), /^Answer ready/);
}));

test('after signing out, Back shows nothing', () => home.visit({ signedIn: false, allows: [/401|ERR_/] }, async page => {
  await page.goto('/login');
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/c/new');
  await say(page, 'a secret', { model: 'fast' });
  await ended(page);
  await page.locator('.user__button').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  await page.goBack();
  await until(page, () => !document.body.innerText.includes('a secret'));
}));
