// By whatever way an answer comes, it shows up live and ends as a fresh page shows it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nginx, packed, upgrade } from './nginx.mjs';
import { badLine } from './proxy.mjs';
import { ended, grown, house, log, same, say, until, words } from './support.mjs';

const home = house();
// Says every second that it is still there.
const talkative = house({ FRESHET_PING_SECONDS: '1' });
const expected = [/web socket: /, /WebSocket connection to/, /ERR_/, /Failed to fetch/, /network error/];

// Opens a window behind nginx and counts by what the page's events come.
const behind = async (settings, act, where = home) => {
  const proxy = await nginx(where.server.url, settings);
  try {
    await where.visit({ through: proxy.url, allows: expected }, async (page, context) => {
      const used = { sockets: 0, streams: 0, pages: 0 };
      page.on('websocket', () => { used.sockets++; });
      page.on('request', request => {
        if (/\/events\?/.test(request.url())) used.streams++;
        else if (/\/c\/[0-9a-f-]{36}$/.test(request.url()) && request.resourceType() === 'fetch') used.pages++;
      });
      await act(page, used, context);
    });
  } finally { proxy.close(); }
};

const isSameReloaded = async page => {
  await ended(page);
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
};

const grows = async (page, model) => {
  await say(page, 'hello?', { model });
  await grown(page, 100);
  const before = await words(page);
  assert.equal(await page.evaluate(() => document.querySelector('.message--assistant')?.ariaBusy), 'true', 'it is shown while it runs');
  return before;
};

test('nginx as it comes lets the stream through', () => behind('', async (page, used) => {
  await grows(page, 'essay:ms=4');
  await isSameReloaded(page);
  assert.equal(used.sockets, 0);
}));

test('nginx that buffers although it is told not to', () => behind('proxy_ignore_headers X-Accel-Buffering;', async page => {
  await grows(page, 'essay:ms=4');
  await isSameReloaded(page);
}));

test('behind a proxy that keeps streams back the answer comes by WebSocket', () => behind(packed + upgrade, async (page, used) => {
  await grows(page, 'tokens:n=800,ms=15');
  assert.ok(used.sockets >= 1);
  await ended(page);
  const live = await log(page);
  const before = used.streams;
  await page.reload();
  same(live, await log(page));
  // This tab remembers; the next answer needs no look around.
  await say(page, 'and again?', { model: 'tokens:n=60,ms=15' });
  await ended(page);
  assert.equal(used.streams, before);
  await isSameReloaded(page);
}));

test('where neither stream nor WebSocket gets through the page itself is asked for', () => behind(packed, async (page, used) => {
  await say(page, 'hello?', { model: 'tokens:n=500,ms=25' });
  await until(page, () => {
    const answer = document.querySelector('.message--assistant');
    return answer?.ariaBusy === 'true' && answer.querySelector('.message__body').textContent.length > 100;
  }, undefined, 30_000);
  await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden' });
  await until(page, () => document.querySelector('.message--assistant')?.ariaBusy === 'false', undefined, 60_000);
  assert.ok(used.pages >= 2, `${used.pages} pages`);
  await isSameReloaded(page);
}));

test('a stream that is refused again and again gives way to a WebSocket', async () => {
  const line = await badLine(home.server.url, { refuse: 1_000 });
  try {
    await home.visit({ through: line.url, allows: [...expected, /50[24]/] }, async page => {
      await say(page, 'is anybody there?', { model: 'tokens:n=500,ms=15' });
      await grown(page, 100);
      await isSameReloaded(page);
    });
  } finally { line.close(); }
});

test('a WebSocket that is cut again and again loses nothing', async () => {
  const line = await badLine(home.server.url, { refuse: 1_000 });
  try {
    await home.visit({ through: line.url, allows: [...expected, /50[24]/] }, async page => {
      await say(page, 'through a bad line', { model: 'tokens:n=700,ms=15' });
      for (const characters of [100, 1000]) {
        await grown(page, characters);
        line.cut();
      }
      await isSameReloaded(page);
    });
  } finally { line.close(); }
});

test('the page goes from stream to WebSocket and back in the middle of an answer', () => home.visit({ allows: expected }, async page => {
  await say(page, 'to and fro', { model: 'essay:ms=8' });
  for (const characters of [300, 900, 1600, 2400, 3200]) {
    await grown(page, characters);
    await page.evaluate(() => freshet.change());
  }
  await isSameReloaded(page);
}));

const hide = (page, hidden) => page.evaluate(hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

test('a hidden tab lets go of its WebSocket and catches up when it is shown', () => behind(packed + upgrade, async (page, used) => {
  let socket;
  page.on('websocket', opened => { socket = opened; });
  await grows(page, 'tokens:n=800,ms=15');
  const { pages } = used;
  for (let round = 1; round <= 4; round++) {
    await grown(page, (await words(page)).length + 200);
    const gone = socket.waitForEvent('close');
    await hide(page, true);
    await gone;
    const back = page.waitForEvent('websocket');
    await hide(page, false);
    assert.match((await back).url(), /\/ws\?after=\d+\.\d+$/);
  }
  await ended(page);
  assert.equal(used.pages, pages, 'the page is not asked for');
  await isSameReloaded(page);
}));

test('a tab opened in the background looks for another way when it is shown', () => behind(packed + upgrade, async (page, _, context) => {
  await say(page, 'hello?', { model: 'tokens:n=60,ms=15' });
  await ended(page);
  const other = await context.newPage();
  await other.addInitScript(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }));
  await other.goto(page.url());
  await hide(other, true);
  const found = other.waitForEvent('websocket');
  await hide(other, false);
  await found;
}));

test('a network that comes back is used at once', () => behind(packed + upgrade, async page => {
  await grows(page, 'tokens:n=600,ms=15');
  const found = page.waitForEvent('websocket', { timeout: 5_000 });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await found;
  await isSameReloaded(page);
}));

test('events that a page can not take bring a fresh one', () => behind(packed + upgrade, async (page, used) => {
  await grows(page, 'tokens:n=600,ms=15');
  const { pages } = used;
  await page.evaluate(() => {
    const { swap } = htmx;
    htmx.swap = async () => { htmx.swap = swap; throw new Error('not this one'); };
  });
  await isSameReloaded(page);
  assert.equal(used.pages, pages + 1);
}));

test('a server that restarts is found again by WebSocket', () => behind(packed + upgrade, async page => {
  await grows(page, 'tokens:n=800,ms=15');
  const before = await words(page);
  await home.server.kill();
  await page.locator('[data-behavior="connection"]').waitFor();
  await home.server.start();
  await page.locator('.problem').waitFor({ timeout: 40_000 });
  await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden' });
  assert.ok((await words(page)).startsWith(before), 'what was seen is still there');
  await isSameReloaded(page);
}));

for (const [name, settings] of [['stream', ''], ['WebSocket', packed + upgrade]]) {
  test(`a ${name} survives a silence longer than the proxy's patience`, () => behind(`proxy_read_timeout 3s; ${settings}`, async (page, used) => {
    await say(page, 'stall ms=7000', { model: 'faults' });
    await ended(page);
    const { sockets, streams } = used;
    assert.ok(name === 'stream' ? sockets === 0 && streams === 1 : sockets === 1, JSON.stringify(used));
    await isSameReloaded(page);
  }, talkative));
}

test('a page may not open a WebSocket anywhere else', () => home.visit({ allows: [...expected, /policy violation: connect-src/, /violates the following Content Security Policy/] }, async page => {
  await page.goto('/c/new');
  const violated = await page.evaluate(() => new Promise(resolve => {
    addEventListener('securitypolicyviolation', event => resolve(event.violatedDirective));
    try { new WebSocket('ws://127.0.0.1:9/'); } catch { /* some throw, some say so later */ }
  }));
  assert.equal(violated, 'connect-src');
}));
