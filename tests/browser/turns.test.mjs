// Turns of a conversation: versions, forks, two models side by side, answers that are continued, tools; with and without
// scripts. What an open page shows in the end is what a reload shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, call, chatId, ended, house, log, same, say, until, words } from './support.mjs';

const home = house();
const noScripts = { js: false };

const isSameReloaded = async page => {
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
};
const place = message => message.locator('.versions').getAttribute('aria-label');
const question = page => page.locator('.message--user').last();
// By the browser itself: a form that leads to a page.
const press = async (page, button) => Promise.all([page.waitForEvent('load'), button.click()]);
const quiet = async page => until(page, () => document.querySelector('.message--assistant[aria-busy="false"] > .message__foot[data-ended]') !== null);
const begin = async (page, text, model) => {
  await page.goto(`/c/new?model=${encodeURIComponent(`simulated/${model}`)}`);
  await page.locator('#content').fill(text);
  await page.locator('[aria-label="Send"]').click({ noWaitAfter: true });
  await page.waitForURL(/\/c\/[0-9a-f-]{36}/, { waitUntil: 'commit' });
  await page.waitForLoadState();
  await page.goto(page.url().replace(/\?.*/, ''));
  await quiet(page);
};

test('a message is edited in a dialog and both versions can be shown', () => home.visit({}, async page => {
  await say(page, 'first words', { model: 'echo:ms=1' });
  await ended(page);
  await question(page).hover();
  await question(page).getByRole('link', { name: 'Edit' }).click();
  const text = page.locator('dialog textarea');
  assert.equal(await text.inputValue(), 'first words');
  await text.fill('second words');
  await text.press('Control+Enter');
  await until(page, () => document.querySelector('.message--user .message__text')?.textContent === 'second words');
  await ended(page);
  assert.equal(await page.locator('dialog').count(), 0);
  assert.equal(await place(question(page)), 'Version 2 of 2');
  await isSameReloaded(page);

  // By keyboard: the focus stays where the hands are.
  const back = question(page).getByRole('button', { name: 'Previous version' });
  await back.focus();
  await page.keyboard.press('Enter');
  await until(page, () => document.querySelector('.message--user .message__text')?.textContent === 'first words');
  assert.match(await words(page), /first words/);
  const focused = await until(page, () => document.activeElement?.ariaLabel === 'Next version' && 'next');
  assert.equal(focused, 'next');
  await page.keyboard.press('Enter');
  await until(page, () => document.querySelector('.message--user .message__text')?.textContent === 'second words');
}));

test('another tab shows the version that was chosen', () => home.visit({}, async (page, context) => {
  await say(page, 'one', { model: 'echo:ms=1' });
  await ended(page);
  const id = await question(page).evaluate(message => message.id.slice(2));
  await call(page, 'PATCH', `/messages/${id}`, { content: 'two', stream: false });
  const other = await context.newPage();
  await other.goto(page.url());
  assert.equal(await place(question(other)), 'Version 2 of 2');
  await call(page, 'PUT', `/chats/${chatId(page)}/branch`, { message_id: id });
  await until(other, () => document.querySelector('.message--user .message__text')?.textContent === 'one');
  await until(page, () => document.querySelector('.message--user .message__text')?.textContent === 'one');
}));

test('another model answers again', () => home.visit({}, async page => {
  await say(page, 'hello', { model: 'echo:ms=1' });
  await ended(page);
  await answer(page).getByRole('button', { name: 'More about this message' }).click();
  await page.getByRole('link', { name: 'Try again with …' }).click();
  await page.locator('dialog select').selectOption('simulated/fast');
  await page.locator('dialog').getByRole('button', { name: 'Try again' }).click();
  await until(page, () => document.querySelector('.message--assistant .message__model')?.textContent === 'fast');
  await ended(page);
  assert.equal(await place(answer(page)), 'Version 2 of 2');
  await isSameReloaded(page);
}));

test('a conversation forks from any message', () => home.visit({}, async page => {
  await say(page, 'the beginning', { model: 'echo:ms=1' });
  await ended(page);
  await say(page, 'what came later');
  await ended(page);
  const old = chatId(page);
  await page.locator('.message--assistant').first().getByRole('button', { name: 'More about this message' }).click();
  await page.locator('.menu:popover-open').getByRole('button', { name: 'Fork from here' }).click();
  await page.waitForURL(url => /\/c\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.endsWith(old));
  assert.equal(await page.locator('.message').count(), 2);
  assert.match(await page.title(), /beginning \(fork\)/i);
  await say(page, 'another end');
  await ended(page);
  await isSameReloaded(page);
}));

test('two models answer side by side and one is kept', () => home.visit({ width: 1440 }, async page => {
  await page.goto('/c/new?model=simulated%2Ftokens%3An%3D250%2Cms%3D8');
  await page.locator('.compare__button').click();
  await page.locator('select[name="model2"]').selectOption('simulated/thinking');
  await page.locator('#content').fill('compare');
  await page.locator('#content').press('Enter');
  await page.locator('.message--beside').nth(1).waitFor();
  const [left, right] = await Promise.all([0, 1].map(n => page.locator('.message--beside').nth(n).boundingBox()));
  assert.ok(right.x >= left.x + left.width && Math.abs(left.y - right.y) < 2, 'next to each other');
  await until(page, () => document.querySelectorAll('.message--beside[aria-busy="false"] > [data-ended]').length === 2);
  assert.equal(await page.locator('.versions').count(), 0);
  await isSameReloaded(page);
  await page.setViewportSize({ width: 360, height: 740 });
  const [upper, lower] = await Promise.all([0, 1].map(n => page.locator('.message--beside').nth(n).boundingBox()));
  assert.ok(lower.y >= upper.y + upper.height, 'one below the other');
  await page.locator('.message--beside').nth(1).getByRole('button', { name: 'Keep this one' }).click();
  await until(page, () => document.querySelectorAll('.message--assistant').length === 1);
  assert.equal(await place(answer(page)), 'Version 2 of 2');
  assert.equal(await answer(page).locator('.message__model').textContent(), 'thinking');
  await isSameReloaded(page);
}));

test('Escape stops both, a button one of them', () => home.visit({}, async page => {
  await page.goto('/c/new?model=simulated%2Ftokens%3An%3D5000%2Cms%3D8');
  await page.locator('.compare__button').click();
  await page.locator('select[name="model2"]').selectOption('simulated/slow');
  await page.locator('#content').fill('on and on');
  await page.locator('#content').press('Enter');
  await page.locator('.message--beside').nth(1).waitFor();
  await page.locator('.message--beside').first().getByRole('button', { name: 'Stop this answer' }).click();
  await page.locator('.message--beside > [data-ended]').waitFor();
  assert.equal(await page.locator('.message--beside[aria-busy="true"]').count(), 1);
  await page.locator('#content').press('Escape');
  await until(page, () => document.querySelectorAll('.message--beside[aria-busy="false"] > [data-ended]').length === 2);
  assert.equal(await page.locator('[data-behavior="stop"]').count(), 0);
  await isSameReloaded(page);
}));

test('a stopped answer is continued', () => home.visit({}, async page => {
  await say(page, 'count', { model: 'tokens:n=200,ms=10' });
  await until(page, () => document.querySelector('.message--assistant .message__body').textContent.length > 200);
  await page.locator('#content').press('Escape');
  await ended(page);
  const before = await answer(page).locator('.message__body').innerText();
  await answer(page).getByRole('button', { name: 'Continue' }).click();
  await until(page, () => document.querySelector('.message--assistant .versions') !== null);
  await ended(page);
  const after = await answer(page).locator('.message__body').innerText();
  assert.ok(after.startsWith(before.trimEnd().slice(0, -20)) && after.length > before.length);
  assert.match(await answer(page).locator('.message__meta').innerText(), /Begun by .*, continued by/);
  assert.equal(await place(answer(page)), 'Version 2 of 2');
  await isSameReloaded(page);
}));

test('a tool that is asked for has a card, and an answer its details', () => home.visit({}, async page => {
  await say(page, 'tool call name=add', { model: 'faults' });
  await ended(page);
  const card = answer(page).locator('.call');
  assert.match(await card.innerText(), /Asked for the tool add\s+not available here/);
  await card.locator('summary').click();
  assert.equal(await card.locator('.call__arguments').innerText(), '{\n  "a": 1\n}');
  await card.locator('summary').click();
  await answer(page).locator('.message__model').click();
  const details = await page.locator('.details:popover-open').innerText();
  assert.match(details, /Model\s+simulated\/faults/);
  assert.match(details, /Tokens in\s+\d/);
  assert.match(details, /Duration\s+\d+\.\d s/);
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.querySelector('.call').removeAttribute('open'));
  await isSameReloaded(page);
}));

test('without scripts a message is edited, versions are shown, the source is read', () => home.visit(noScripts, async page => {
  await begin(page, 'first **words**', 'echo:ms=0');
  await press(page, question(page).getByRole('link', { name: 'Edit' }));
  await page.locator('#edited').fill('');
  await page.locator('#edited').evaluate(text => text.removeAttribute('required'));
  await page.locator('#edited').fill('second words');
  await page.getByRole('main').getByRole('button', { name: 'Send' }).click({ noWaitAfter: true });
  await page.waitForURL(/\/c\//, { waitUntil: 'commit' });
  await page.waitForLoadState();
  await page.goto(page.url().replace(/\?.*/, ''));
  assert.equal(await place(question(page)), 'Version 2 of 2');
  await press(page, question(page).getByRole('button', { name: 'Previous version' }));
  assert.equal(await question(page).locator('.message__text').innerText(), 'first **words**');
  await answer(page).getByRole('button', { name: 'More about this message' }).click();
  await press(page, page.locator('.menu:popover-open').getByRole('link', { name: 'Show as Markdown' }));
  assert.equal(await page.locator('body').innerText(), 'first **words**');
}));

test('without scripts another model answers and a conversation forks', () => home.visit(noScripts, async page => {
  await begin(page, 'hello', 'echo:ms=0');
  const old = page.url();
  await answer(page).getByRole('button', { name: 'More about this message' }).click();
  await press(page, page.locator('.menu:popover-open').getByRole('link', { name: 'Try again with …' }));
  await page.locator('#again-model').selectOption('simulated/fast');
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).click({ noWaitAfter: true });
  await page.waitForURL(/\/c\//, { waitUntil: 'commit' });
  await page.waitForLoadState();
  await page.goto(old);
  assert.equal(await place(answer(page)), 'Version 2 of 2');
  await answer(page).getByRole('button', { name: 'More about this message' }).click();
  await press(page, page.locator('.menu:popover-open').getByRole('button', { name: 'Fork from here' }));
  assert.notEqual(page.url(), old);
  assert.equal(await page.locator('.message').count(), 2);
}));

test('without scripts two models are compared on a page that comes again, and one is kept', () => home.visit(noScripts, async page => {
  await page.goto('/c/new?model=simulated%2Ftokens%3An%3D60%2Cms%3D20');
  await page.locator('.compare__button').click();
  await page.locator('select[name="model2"]').selectOption('simulated/fast');
  await page.locator('#content').fill('compare');
  await page.locator('[aria-label="Send"]').click({ noWaitAfter: true });
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/, { waitUntil: 'commit' });
  await until(page, () => document.querySelectorAll('.message--beside[aria-busy="false"] > [data-ended]').length === 2);
  await press(page, page.locator('.message--beside').first().getByRole('button', { name: 'Keep this one' }));
  assert.equal(await page.locator('.message--assistant').count(), 1);
  assert.equal(await place(answer(page)), 'Version 1 of 2');
}));

test('without scripts a broken answer is continued, and details are there', () => home.visit(noScripts, async page => {
  await begin(page, 'cut after=120 times=1', 'faults');
  await page.locator('.problem').getByRole('button', { name: 'Continue' }).click({ noWaitAfter: true });
  await until(page, () => document.readyState === 'complete' && document.querySelector('.message--assistant [data-part="blocks"]')?.textContent.includes('All is well again.'));
  await quiet(page);
  await answer(page).locator('.message__model').click();
  assert.match(await page.locator('.details:popover-open').innerText(), /Begun by\s+faults/);
}));
