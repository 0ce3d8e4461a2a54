// What a model says is hostile. Whatever it says, and however little of it has arrived, nothing runs, nothing leaves the
// house, and nothing changes outside the message. (The first of all fences, the sanitiser, has its own tests in Rust.)
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloads } from './payloads.mjs';
import { call, chatId, ended, house, log, same, say, until } from './support.mjs';

const home = house();

// A trap sprung by any payload that runs, and by any that changes what it has no business with.
async function setTrap(page) {
  await page.evaluate(() => {
    window.frame = () => JSON.stringify([
      document.getElementById('compose').outerHTML, document.querySelector('.dock').childElementCount, typeof htmx.process, document.cookie,
      [...document.body.children].map(element => element.localName + element.className), location.pathname,
    ]);
    window.framed = window.frame();
    window.outside.clear();
  });
}
async function checkTrap(page) {
  const { hostile, outside, now, before } = await page.evaluate(() => (
    { hostile: window.hostile, outside: [...window.outside], now: window.frame?.(), before: window.framed }));
  assert.deepEqual(hostile, []);
  // Where the page itself tells of an answer: the title is replaced in its head, and htmx parses in a corner of the body.
  assert.deepEqual(outside.filter(name => !/^(html|chat|chat__head|composer|dock__lost)$/.test(name)), []);
  assert.equal(now, before);
}

const odd = (page, requests) => requests.filter(url => !/\/(events\?after|api\/v1\/|assets\/|messages$|c\/[0-9a-f-]{36}$|c\/new)/.test(url));

test('each payload, as it streams', () => home.visit({}, async page => {
  const requests = [];
  page.on('request', request => requests.push(request.url()));
  await say(page, 'ready?', { model: 'echo:ms=0' });
  await ended(page);
  await setTrap(page);
  const id = chatId(page);
  for (const [number, content] of payloads.entries()) {
    const { status } = await call(page, 'POST', `/chats/${id}/messages`, { content, model: `simulated/echo:ms=1,seed=${number}` });
    assert.equal(status, 202, content);
    await page.locator('.message--assistant').nth(number + 1).waitFor({ state: 'attached' });
    await ended(page);
  }
  await checkTrap(page);
  assert.deepEqual(odd(page, requests), []);

  requests.length = 0;
  const live = await log(page);
  await page.reload();
  await setTrap(page);
  // A page begins with the latest messages.
  const again = await log(page), latest = again.slice(again.indexOf('<article '));
  assert.ok(latest.split('<article ').length > 20);
  same(live.slice(live.indexOf(latest.slice(0, latest.indexOf('><')))), latest);
  await until(page, () => document.readyState === 'complete');
  await checkTrap(page);
  assert.deepEqual(odd(page, requests), []);
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(element => element.id));
  assert.equal(new Set(ids).size, ids.length, 'every id is there once');
  assert.equal(await page.locator('.message__body:not([hx-ignore])').count(), 0, 'htmx looks into no message');
}));

for (const seed of [3, 4]) {
  test(`all payloads in one answer, cut anywhere (seed ${seed})`, () => home.visit({}, async page => {
    await say(page, 'ready?', { model: 'echo' });
    await ended(page);
    await setTrap(page);
    const content = payloads.join('\n\n');
    await call(page, 'POST', `/chats/${chatId(page)}/messages`, { content, model: `simulated/echo:ms=0,seed=${seed}` });
    await page.locator('.message--assistant').nth(1).waitFor({ state: 'attached' });
    await ended(page);
    await checkTrap(page);
    const live = await log(page);
    await page.reload();
    same(live, await log(page));
    assert.deepEqual(await page.evaluate(() => window.hostile), []);
  }));
}

test('payloads as thoughts, titles and names are text', () => home.visit({ signedIn: false }, async page => {
  const name = '<img src=x onerror=alert(1)><hx-x onfocus=alert(1)';
  await page.goto('/register');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill('mallory@example.org');
  await page.getByLabel('Password').fill('another quiet river');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/c/new');
  assert.match(await page.locator('.user__name').textContent(), /<img src=x/);
  await say(page, '<hx-partial hx-target=body>owned</hx-partial><img src=x onerror=alert(1)>', { model: 'thinking:ms=0' });
  await ended(page);
  assert.match(await page.locator('#title').textContent(), /img/);
  await page.reload();
  assert.equal(await page.locator('img').count(), 0);
}));
