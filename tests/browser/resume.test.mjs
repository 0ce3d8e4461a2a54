// Nothing is lost: not by a reload, a dead server, a hidden tab, a bad line or a second tab.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badLine } from './proxy.mjs';
import { answer, ended, grown, house, log, same, say, until, words } from './support.mjs';

const home = house();
const brokenLine = [/ERR_|Failed to fetch|network error/];

const isSameReloaded = async page => {
  await ended(page);
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
};

test('a reload in mid-stream loses nothing, whenever it comes', () => home.visit({}, async page => {
  await say(page, 'ramble', { model: 'tokens:n=500,ms=6' });
  for (const characters of [1, 300, 900, 1500]) {
    await grown(page, characters);
    const before = await words(page);
    await page.reload();
    const after = await words(page);
    assert.ok(after.startsWith(before), `lost something:\n${before.slice(-200)}\n${after.slice(-200)}`);
  }
  await isSameReloaded(page);
}));

test('an essay with reloads ends like one without', () => home.visit({}, async page => {
  await say(page, 'a tour', { model: 'essay:ms=2' });
  for (const characters of [60, 2500, 5000]) {
    await grown(page, characters);
    await page.reload();
  }
  await ended(page);
  // What can be reached by keys, and what is laid out wherever it is, depends on what was near the view.
  const blocks = async () => (await answer(page).locator('[data-part="blocks"]').innerHTML()).replaceAll(/ (tabindex="0"|data-near="")/g, '');
  const first = await blocks();
  await say(page, 'a tour', { model: 'essay:ms=0' });
  await ended(page);
  same(await blocks(), first);
}));

test('a server that is killed in mid-stream comes back with every word that was seen', () => home.visit({ allows: brokenLine }, async page => {
  await say(page, 'ramble on', { model: 'tokens:n=260,ms=8' });
  await grown(page, 400);
  await home.server.kill();
  await page.locator('[data-behavior="connection"]').waitFor();
  const before = await words(page);
  await home.server.start();
  await page.locator('.problem').waitFor();
  await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden' });
  assert.ok((await words(page)).startsWith(before), 'what was seen is still there');
  assert.equal(await page.locator('#composer-stop button').count(), 0);
  await isSameReloaded(page);

  await answer(page).getByRole('button', { name: 'Try again' }).click();
  await until(page, () => document.querySelector('.message--assistant:last-child')?.ariaBusy === 'true');
  await ended(page);
  assert.equal(await page.locator('.problem').count(), 0);
  assert.ok((await words(page)).startsWith(before), 'the simulated model says the same again');
  assert.equal(await page.locator('.message--user').count(), 1);
}));

for (const [how, stop] of [
  ['the stop button', page => page.getByRole('button', { name: 'Stop' }).click()],
  ['Escape', page => page.keyboard.press('Escape')],
]) {
  test(`${how} ends an answer and keeps what is there`, () => home.visit({}, async page => {
    await say(page, 'slowly', { model: 'slow:ms=40' });
    await grown(page, 80);
    const before = await words(page);
    await stop(page);
    await answer(page).locator('.outcome').waitFor();
    assert.ok((await words(page)).startsWith(before));
    assert.equal(await page.getByRole('button', { name: 'Send' }).isVisible(), true);
    await isSameReloaded(page);
    await say(page, 'again');
    await grown(page, 20);
    await stop(page);
    await answer(page).locator('.outcome').waitFor();
  }));
}

test('two tabs agree', () => home.visit({}, async (page, context) => {
  await say(page, 'for two', { model: 'thinking:ms=6' });
  await grown(page, 700);
  const other = await context.newPage();
  await other.goto(page.url());
  await Promise.all([ended(page), ended(other)]);
  same(await log(other), await log(page));
  await say(other, 'and back');
  await ended(other);
  await until(page, () => document.querySelectorAll('.message--assistant').length === 2);
  await ended(page);
  same(await log(page), await log(other));
}));

const hide = (page, hidden) => page.evaluate(hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

test('a hidden tab lets go of its stream and catches up when it is shown', () => home.visit({ allows: brokenLine }, async page => {
  await say(page, 'hide and seek', { model: 'essay:ms=3' });
  for (const characters of [400, 2000, 4000]) {
    await grown(page, characters);
    const gone = page.waitForEvent('requestfailed', request => /\/events\?/.test(request.url()));
    await hide(page, true);
    await gone;
    const back = page.waitForRequest(request => /\/events\?/.test(request.url()));
    await hide(page, false);
    assert.match((await back).headers()['last-event-id'] ?? '', /^\d+\.\d+$/);
  }
  await isSameReloaded(page);
}));

test('an answer that ended while the tab was hidden is there when it is shown', () => home.visit({ allows: brokenLine }, async (page, context) => {
  await say(page, 'quickly', { model: 'thinking:ms=5' });
  await grown(page, 300);
  const gone = page.waitForEvent('requestfailed', request => /\/events\?/.test(request.url()));
  await hide(page, true);
  await gone;
  const other = await context.newPage();
  await other.goto(page.url());
  await ended(other);
  await say(other, 'and once more');
  await ended(other);
  await hide(page, false);
  await page.locator('.message--assistant').nth(1).waitFor();
  await ended(page);
  same(await log(page), await log(other));
}));

test('a line that is cut again and again delivers every letter once', { timeout: 60_000 }, async () => {
  const line = await badLine(home.server.url, { cutAfter: 30_000 });
  try {
    await home.visit({ through: line.url, allows: brokenLine }, async page => {
      await say(page, 'through a bad line', { model: 'essay:ms=4' });
      for (const [cuts, characters] of [100, 700, 1500, 2500].entries()) {
        await grown(page, characters);
        // Only what is there can be cut.
        while (line.streams <= cuts) await new Promise(resolve => setTimeout(resolve, 15));
        line.cut();
      }
      await isSameReloaded(page);
      assert.ok(line.streams >= 5, `${line.streams} streams`);
    });
  } finally { line.close(); }
});

test('a line too short for what was missed brings the page instead', async () => {
  const line = await badLine(home.server.url, { cutAfter: 5_000 });
  try {
    await home.visit({ through: line.url, allows: brokenLine }, async page => {
      await say(page, 'a tour', { model: 'essay:ms=0' });
      await ended(page);
      // The line may be cut between the answer's end and the word that sending is possible again.
      await page.locator('[data-behavior="stop"]').waitFor({ state: 'detached' });
      await say(page, 'once more, through a very bad line');
      await isSameReloaded(page);
      assert.ok(line.streams >= 2, `${line.streams} streams`);
    });
  } finally { line.close(); }
});

test('a gateway that refuses the stream at first is asked again', async () => {
  const line = await badLine(home.server.url, { refuse: 2 });
  try {
    await home.visit({ through: line.url, allows: [...brokenLine, /50[24]/] }, async page => {
      await say(page, 'is anybody there?', { model: 'essay:ms=2' });
      await isSameReloaded(page);
      assert.equal(line.refusals, 2);
      assert.doesNotMatch(await page.locator('body').innerText(), /gateway/i);
    });
  } finally { line.close(); }
});

test('a deploy behind a gateway: 502 and 504 in mid-stream, then another server', async () => {
  const line = await badLine(home.server.url);
  try {
    await home.visit({ through: line.url, allows: [...brokenLine, /50[24]/, /web socket/] }, async page => {
      // It may go on by either transport.
      await say(page, 'while you deploy', { model: 'essay:ms=4' });
      await grown(page, 400);
      line.refuse = 2;
      line.cut();
      await page.locator('[data-behavior="connection"]').waitFor();
      await isSameReloaded(page);
      assert.equal(line.refusals, 2);
      assert.equal(await page.locator('.message--assistant').count(), 1);
      await say(page, 'and again');
      await ended(page);
      assert.equal(await page.locator('.message--user').count(), 2, 'sent once');
    });
  } finally { line.close(); }
});

test('a gateway that refuses the fresh page is asked again, and what was there stays', async () => {
  const line = await badLine(home.server.url);
  try {
    await home.visit({ through: line.url, allows: [...brokenLine, /503/] }, async page => {
      await say(page, 'a tour', { model: 'essay:ms=4' });
      await grown(page, 400);
      line.pages = 2;
      await page.evaluate(() => { window.isFirst = true; freshet.resync(); });
      await page.locator('[data-behavior="connection"]').waitFor();
      assert.ok((await words(page)).length >= 400);
      await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden' });
      assert.equal(line.pages, 0);
      assert.equal(await page.evaluate(() => window.isFirst), true, 'nothing took the place of the page');
      await isSameReloaded(page);
    });
  } finally { line.close(); }
});

// Any WebSocket is noticed as something odd.
test('a server that is away for a while, twice, is no bad proxy', () => home.visit({ allows: brokenLine }, async page => {
  await say(page, 'hello', { model: 'tokens:n=400,ms=10' });
  for (const round of [1, 2]) {
    await grown(page, 100);
    const doubted = page.waitForEvent('requestfailed', request => /\/health\/live$/.test(request.url()));
    await home.server.kill();
    await doubted;
    await home.server.start();
    await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden', timeout: 40_000 });
    await ended(page);
    await say(page, `and again, ${round}`);
  }
  await grown(page, 100);
  assert.equal(await page.evaluate(() => sessionStorage.getItem('freshet-transport')), 'sse');
  await isSameReloaded(page);
}));

test('a page of older messages shows the past and leads to the newest', () => home.visit({}, async page => {
  await say(page, 'the first', { model: 'fast' });
  await ended(page);
  const older = await page.locator('.message--user').first().getAttribute('id');
  await say(page, 'the second');
  await ended(page);
  const newest = page.url();
  await page.goto(`${newest}?before=${older.slice(2)}`);
  assert.equal(await page.locator('#stream').count(), 0);
  assert.equal(await page.locator('.message').count(), 1);
  await page.locator('#content').fill('the third');
  await page.locator('#content').press('Enter');
  await page.waitForURL(newest);
  await until(page, () => document.querySelectorAll('.message--assistant').length === 3);
  await ended(page);
  await page.goto(`${newest}?before=${older.slice(2)}`);
  await page.getByRole('link', { name: 'Back to the newest' }).click();
  await page.waitForURL(newest);
}));

test('a browser that goes offline says so, and loses nothing', async () => {
  const line = await badLine(home.server.url);
  try {
    await home.visit({ through: line.url, allows: brokenLine }, async (page, context) => {
      await say(page, 'into the tunnel', { model: 'essay:ms=4' });
      await grown(page, 800);
      await context.setOffline(true);
      line.cut();
      await page.locator('[data-behavior="connection"]').waitFor();
      await page.locator('#content').fill('typed in the tunnel');
      await page.locator('#content').press('Enter');
      await context.setOffline(false);
      await page.locator('[data-behavior="connection"]').waitFor({ state: 'hidden' });
      await isSameReloaded(page);
      assert.equal(await page.locator('#content').inputValue(), 'typed in the tunnel');
    });
  } finally { line.close(); }
});

test('another answer asked for in one tab takes its place in the other', () => home.visit({}, async (page, context) => {
  await say(page, 'once', { model: 'thinking:ms=1' });
  await ended(page);
  const other = await context.newPage();
  await other.goto(page.url());
  const first = await answer(page).getAttribute('id');
  await answer(other).getByRole('button', { name: 'Try again' }).click();
  await until(page, id => document.querySelectorAll('.message--assistant').length === 1 && document.querySelector('.message--assistant').id !== id, first);
  await Promise.all([ended(page), ended(other)]);
  same(await log(page), await log(other));
}));

test('nine tabs opened in the background leave room to send from the tenth', () => home.visit({ allows: brokenLine }, async (page, context) => {
  await say(page, 'hello', { model: 'fast' });
  await ended(page);
  for (let tab = 1; tab < 10; tab++) {
    const other = await context.newPage();
    await other.addInitScript(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    });
    await other.goto(page.url());
  }
  await say(page, 'still there?');
  await ended(page);
  const [, other] = context.pages();
  assert.equal(await other.locator('.message--assistant').count(), 1, 'the hidden ones have let go');
  await hide(other, false);
  await other.locator('.message--assistant').nth(1).waitFor();
  await ended(other);
  same(await log(other), await log(page));
}));
