// What a first look costs: bytes as they came over the wire, and requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, house, say, until } from './support.mjs';

const home = house();

// Everything that is asked for while `act` runs, with its encoded size, headers included.
async function weigh(context, page, act) {
  const session = await context.newCDPSession(page);
  const requests = new Map();
  session.on('Network.responseReceived', ({ requestId, response, type }) =>
    requests.set(requestId, { url: new URL(response.url).pathname, type, bytes: response.encodedDataLength }));
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.arriving = (request.arriving ?? request.bytes) + encodedDataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes = encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await session.send('Network.setBypassServiceWorker', { bypass: true });
  await act();
  const all = [...requests.values()].map(({ url, type, bytes, arriving = 0 }) => ({ url, type, bytes: Math.max(bytes, arriving) }));
  return { all, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
}

for (const [name, prepare, path] of [
  ['the landing page', null, '/'],
  ['a new conversation', null, '/c/new'],
  ['a conversation with an essay', page => say(page, 'a tour', { model: 'essay:ms=0' }), null],
]) {
  test(`${name} weighs at most 60 kB in 8 requests`, t => home.visit({ signedIn: name !== 'the landing page' }, async (page, context) => {
    if (prepare) { await prepare(page); await ended(page); }
    const url = path ?? page.url();
    const fresh = await context.newPage();
    const { all, bytes } = await weigh(context, fresh, async () => {
      const stream = path ? null : fresh.waitForResponse(/\/events\?/);
      await fresh.goto(url);
      await stream;
      await until(fresh, () => document.readyState === 'complete');
    });
    t.diagnostic(`${name}: ${(bytes / 1000).toFixed(1)} kB, ${all.length} requests: ${all.map(({ url, bytes }) => `${url.split('/').at(-1) || '/'} ${bytes}`).join(', ')}`);
    assert.ok(all.length <= 8, `${all.length} requests`);
    assert.ok(bytes <= 60_000, `${bytes} bytes`);
  }));
}

test('a second view weighs at most 15 kB', t => home.visit({}, async (page, context) => {
  await say(page, 'a tour', { model: 'essay:ms=0' });
  await ended(page);
  const chat = page.url();
  await page.goto('/c/new');
  const session = await context.newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await session.send('Network.enable');
  // What the service worker asks for is counted where it is asked: what passes through it weighs nothing here.
  await session.send('Network.setBypassServiceWorker', { bypass: true });
  await page.goto(chat);
  await until(page, () => document.readyState === 'complete');
  t.diagnostic(`${(bytes / 1000).toFixed(1)} kB`);
  assert.ok(bytes > 0 && bytes <= 15_000, `${bytes} bytes`);
}));

// What the guard notices fails the test: a broken rule of the content security policy, an error, a foreign request.
test('no page breaks the policy, says an error, or asks anybody else', () => home.visit({ allows: [/404/] }, async page => {
  for (const path of ['/', '/c/new', '/settings', '/palette', '/help/shortcuts', '/nowhere']) {
    await page.goto(path);
    await until(page, () => document.readyState === 'complete' && 'htmx' in window);
  }
  await page.goto('/c/new');
  await page.keyboard.press('Control+k');
  await page.locator('.palette__item[aria-selected="true"]').waitFor();
}));
