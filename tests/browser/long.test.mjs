// Long conversations and long answers: nothing jumps, nothing is lost, nothing freezes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, chatId, ended, grown, house, log, same, say, until } from './support.mjs';

const home = house({ FRESHET_TITLE_MODEL: 'off' });

// Notes what a reader would: shifts that nobody asked for, the largest paint.
const observe = context => context.addInitScript(() => {
  window.shifts = []; window.paints = [];
  const see = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take)).observe({ type, buffered: true });
  see('layout-shift', entry => { if (!entry.hadRecentInput) window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.parentNode ? `${node.nodeName} in ${node.parentNode.className}` : 'gone')]); });
  see('largest-contentful-paint', entry => window.paints.push(entry.startTime));
});
const shifted = page => page.evaluate(() => window.shifts.reduce((sum, [value]) => sum + value, 0));

// What the page's thread does while `act` runs: the CPU time of its longest task in ms (elapsed time says more about the
// machine), and how many elements each recalculation of styles looked at.
async function traced(page, act) {
  const session = await page.context().newCDPSession(page), events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const done = new Promise(resolve => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'], excludedCategories: ['*'] } });
  await act();
  await session.send('Tracing.end');
  await done;
  const styles = events.filter(({ name, ph }) => name === 'UpdateLayoutTree' && ph === 'X');
  const tasks = events.filter(({ name, pid, tid, tdur }) => name.endsWith('RunTask') && tdur && pid === styles[0].pid && tid === styles[0].tid);
  return { longest: Math.max(...tasks.map(({ tdur }) => tdur / 1000)), restyled: styles.map(({ args }) => args.elementCount) };
}

// A conversation of so many questions with their answers.
async function talked(page, questions) {
  await say(page, 'Question 0', { model: 'echo:ms=0' });
  await ended(page);
  const id = chatId(page);
  await page.evaluate(async ([id, questions]) => {
    for (let number = 1; number < questions; number++) {
      const content = `Question ${number}\n\n${'Some words that fill a line or two on every screen there is. '.repeat(1 + number % 7)}`;
      const body = JSON.stringify({ content, stream: false });
      await fetch(`/api/v1/chats/${id}/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
  }, [id, questions]);
  return `/c/${id}`;
}
const count = page => page.locator('#log > .message').count();
const texts = page => page.evaluate(() => [...document.querySelectorAll('.message--user .message__text')].map(it => it.textContent.split('\n')[0]));

test('a long conversation opens at its end and is painted before any script runs, without a shift', () => home.visit({ serviceWorkers: 'block' }, async (page, context) => {
  await observe(context);
  const chat = await talked(page, 40);
  let release;
  const held = new Promise(resolve => { release = resolve; });
  const fresh = await context.newPage();
  await fresh.route(/app\.js$/, async route => { await held; await route.continue(); });
  await fresh.goto(chat, { waitUntil: 'commit' });
  await until(fresh, () => document.querySelectorAll('.message').length === 30 && window.paints.length);
  const gap = () => fresh.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY);
  assert.ok(await gap() < 2, `${await gap()} px from the end`);
  const painted = await fresh.evaluate(() => [window.paints.at(-1), typeof freshet]);
  assert.equal(painted[1], 'undefined', 'no script has run');
  const stream = fresh.waitForResponse(/\/events\?/);
  release();
  await stream;
  assert.ok(await gap() < 2);
  assert.equal(await fresh.evaluate(() => window.paints.at(-1)), painted[0], 'the largest paint was the first');
  assert.deepEqual(await fresh.evaluate(() => window.shifts), []);
}));

test('earlier messages come when the reader nears them, and what is read does not move', () => home.visit({ height: 600 }, async (page, context) => {
  await observe(context);
  const chat = await talked(page, 50);
  const stream = page.waitForResponse(/\/events\?/);
  await page.goto(chat);
  await stream;
  assert.equal(await count(page), 30);
  let release;
  await page.route(/\?before=/, async route => {
    await new Promise(resolve => { release = resolve; });
    await route.continue();
  });
  for (const wanted of [60, 90, 100]) {
    // Who jumps that far sees messages that were never laid out: that is over before anything else comes.
    release = null;
    await page.evaluate(() => new Promise(resolve => {
      scrollTo({ top: 600, behavior: 'instant' });
      let frames = 10;
      requestAnimationFrame(function next() { if (frames--) requestAnimationFrame(next); else resolve(); });
    }));
    await page.evaluate(() => { window.shifts = []; });
    while (!release) await new Promise(resolve => setTimeout(resolve, 5));
    setTimeout(() => release(), 50);
    // A message in the middle of the screen, and where it is in each frame until the others are there.
    const places = await page.evaluate(wanted => new Promise(resolve => {
      const read = [...document.querySelectorAll('.message')].find(it => it.getBoundingClientRect().top > 200), places = [];
      requestAnimationFrame(function look() {
        places.push(Math.round(read.getBoundingClientRect().top));
        const isDone = document.querySelectorAll('#log > .message').length >= wanted;
        if (isDone && (look.frames = (look.frames ?? 0) + 1) > 5) resolve(places); else requestAnimationFrame(look);
      });
    }), wanted);
    assert.ok(Math.max(...places) - Math.min(...places) <= 2, `it moved: ${[...new Set(places)]}`);
    assert.ok(await shifted(page) < 0.001, JSON.stringify(await page.evaluate(() => window.shifts)));
  }
  assert.equal(await page.locator('#older').count(), 0);
  assert.deepEqual(await texts(page), Array.from({ length: 50 }, (_, n) => `Question ${n}`));
}));

test('earlier messages come by keyboard, and the focus stays on the way to more', () => home.visit({}, async page => {
  const chat = await talked(page, 40);
  // What nears by itself is not what is tested here.
  await page.addInitScript(() => { window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} }; });
  await page.goto(chat);
  await page.locator('#older').focus();
  await page.keyboard.press('Enter');
  await until(page, () => document.querySelectorAll('#log > .message').length === 60);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'older');
  await page.keyboard.press('Enter');
  await until(page, () => document.querySelectorAll('#log > .message').length === 80);
  assert.equal(await page.evaluate(() => document.activeElement.matches('.message')), true, 'the first of all');
  assert.equal(new URL(page.url()).pathname, chat);
}));

test('without scripts the same messages are pages that lead to each other', () => home.visit({ js: false }, async (page, context) => {
  const writing = await home.browser.newContext({ baseURL: home.server.url, storageState: home.signedIn });
  const chat = await talked(await writing.newPage(), 40);
  await writing.close();
  await page.goto(chat);
  assert.equal(await count(page), 30);
  await page.getByRole('link', { name: 'Show earlier messages' }).click();
  await page.waitForURL(/\?before=/);
  assert.equal(await count(page), 30);
  await page.getByRole('link', { name: 'Show later messages' }).click();
  await page.waitForURL(/\?at=/);
  await page.getByRole('link', { name: 'Back to the newest messages' }).or(page.locator('#composer-stop')).first().waitFor({ state: 'attached' });
}));

test('a resync and a new answer keep what was loaded, without a hole', () => home.visit({}, async page => {
  const chat = await talked(page, 40);
  await page.goto(chat);
  await until(page, () => { scrollTo(0, 0); return document.querySelectorAll('#log > .message').length === 80; });
  await page.evaluate(() => { document.querySelector('.message').dataset.mine = ''; });
  const again = page.waitForResponse(/\/events\?/);
  await page.evaluate(() => { freshet.resync(); });
  await again;
  assert.deepEqual(await texts(page), Array.from({ length: 40 }, (_, n) => `Question ${n}`));
  assert.equal(await page.locator('.message[data-mine]').count(), 1, 'the very same elements');
  await say(page, 'Question 40');
  await ended(page);
  assert.equal(await count(page), 82);
  // More than a page was missed: rather a shorter log than one with a hole.
  await page.evaluate(() => { for (const it of [...document.querySelectorAll('.message')].slice(20)) it.remove(); freshet.resync(); });
  await until(page, () => document.querySelectorAll('#log > .message').length === 30);
  assert.deepEqual((await texts(page)).at(0), 'Question 26');
  await page.locator('#older').waitFor();
}));

test('a message is found by its address, and shown', () => home.visit({}, async page => {
  const chat = await talked(page, 40);
  await page.goto(chat);
  await page.locator('#older').evaluate(link => link.click());
  await until(page, () => document.querySelectorAll('#log > .message').length === 60);
  const id = await page.locator('.message--user', { hasText: 'Question 15' }).getAttribute('id');
  await page.goto(`${chat}?at=${id.slice(2)}#${id}`);
  assert.ok(await page.locator(`#${id}`).evaluate(it => it.matches(':target') && it.getBoundingClientRect().top >= 0 && it.getBoundingClientRect().bottom < innerHeight));
  assert.equal(await page.locator('#stream').count(), 0);
  await page.getByRole('link', { name: 'Back to the newest messages' }).click();
  await page.waitForURL(url => !url.search);
  assert.equal(await page.locator('#stream').count(), 1);
}));

test('while a long answer streams, a selection and the place of the reader stay, and no frame is heavy', t => home.visit({ height: 600 }, async (page, context) => {
  await observe(context);
  await say(page, 'a long one', { model: 'essay:ms=1,repeat=4' });
  await grown(page, 1500);
  await page.evaluate(() => {
    scrollTo({ top: 300, behavior: 'instant' });
    const block = document.querySelectorAll('[data-part="blocks"] > p')[1];
    getSelection().selectAllChildren(block);
    window.selected = getSelection().toString();
    window.changes = [];
    let now = 0;
    new MutationObserver(list => { now += list.length; }).observe(document.getElementById('log'), { subtree: true, childList: true, characterData: true, attributes: true });
    requestAnimationFrame(function next() { window.changes.push(now); now = 0; requestAnimationFrame(next); });
  });
  await until(page, () => scrollY > 0);
  const place = await page.evaluate(() => scrollY);
  const { longest, restyled } = await traced(page, () => ended(page));
  const changes = await page.evaluate(() => window.changes);
  assert.equal(await page.evaluate(() => scrollY), place);
  assert.ok(await page.evaluate(() => window.selected.length > 10 && getSelection().toString() === window.selected));
  const busy = changes.filter(Boolean), all = busy.reduce((sum, now) => sum + now, 0);
  const elements = await answer(page).locator('.message__body *').count(), most = Math.max(...restyled);
  t.diagnostic(`${busy.length} frames changed something, ${all} nodes in all; longest task ${longest.toFixed(1)} ms of CPU; at most ${most} of ${elements} elements restyled`);
  // How many frames there were is the machine's business; what is drawn again and again would be far more.
  assert.ok(all <= 4_000, `${all} changes for some 25,000 characters`);
  // A rule that depends on what stands elsewhere in an answer (:has(), a mark on what holds the blocks) asks all of it again.
  // The end of an answer is such a moment, and a page that comes back from another task may have one more.
  const wide = restyled.filter(now => now > elements / 4);
  assert.ok(wide.length <= 3, `${wide.join(', ')} of ${elements} elements restyled at once`);
  assert.ok(longest <= 100, `a task of ${longest} ms of CPU`);
}));

test('an answer that streams shifts nothing', () => home.visit({ height: 600 }, async (page, context) => {
  await observe(context);
  const code = `\`\`\`rust\n${'fn main() { println!("all of it"); }\n'.repeat(12)}\`\`\``;
  const table = '| Name | What it is | Since |\n|---|---|--:|\n| one | a first row | 1 |\n| another one | which is a good deal longer than the first one was, and has `code_of_some_length` in it | 12,345 |\n| x | y | 3 |';
  const parts = ['Some **words** that fill a line or two on every screen there is, and a little more.', '- one\n- two\n  1. three\n  2. four, which goes on', code, table,
    '> A quote\n> of two lines', 'A note[^NR] and [a link][late].', 'A long paragraph that goes on and on. '.repeat(35), '[^NR]: What was noted.', '***'];
  const text = Array.from({ length: 2 }, (_, n) => [`## Part ${n}`, ...parts].join('\n\n').replaceAll('NR', n)).join('\n\n') + '\n\n[late]: https://example.org/';
  await say(page, text, { model: 'echo:ms=2' });
  await ended(page);
  for (const kind of ['.table tr:nth-child(3)', 'figure.code', 'li li', 'blockquote', '.footnotes', 'p > a']) assert.ok(await answer(page).locator(kind).count(), kind);
  assert.equal(await shifted(page), 0, JSON.stringify(await page.evaluate(() => window.shifts)));
}));

test('an answer of 400 kB is there, whole, after a load and after a resync', () => home.visit({}, async page => {
  await say(page, 'all of it', { model: 'essay:ms=0,repeat=65' });
  await ended(page);
  const length = () => answer(page).locator('[data-part="blocks"]').evaluate(blocks => [blocks.children.length, blocks.textContent.length]);
  const live = await length();
  assert.ok(live[1] > 350_000, `${live}`);
  await page.reload();
  const loaded = await length();
  const again = page.waitForResponse(/\/events\?/);
  await page.evaluate(() => { freshet.resync(); });
  await again;
  assert.deepEqual([(await length())[0], loaded[0]], [live[0], live[0]]);
}));

test('whatever arrives between two frames is shown at once, and the end is what a reload shows', t => home.visit({}, async page => {
  await say(page, 'go', { model: 'essay:ms=1,repeat=2' });
  // Each turn of the browser that touched the answer, and the frame it was in.
  const turns = page.evaluate(() => new Promise(resolve => {
    const turns = [];
    let frame = 0;
    requestAnimationFrame(function next() { frame++; requestAnimationFrame(next); });
    new MutationObserver(list => {
      if (list.some(({ target }) => (target.parentElement ?? target).closest('[data-part]'))) turns[frame] = (turns[frame] ?? 0) + 1;
      if (document.querySelector('.message--assistant:last-child[aria-busy="false"]')) resolve(turns);
    }).observe(document.getElementById('log'), { subtree: true, childList: true, characterData: true, attributes: true });
  }));
  await ended(page);
  const frames = (await turns).filter(Boolean), most = Math.max(...frames);
  t.diagnostic(`${frames.length} frames changed the answer, in ${most} turns at most`);
  // One, or two when the timer rings in between.
  assert.ok(most <= 2, `${most} turns in a frame`);
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
}));

test('a page that gets no frames is told everything, too', () => home.visit({}, async (page, context) => {
  await context.addInitScript(() => { window.requestAnimationFrame = () => 1; });
  await say(page, 'go', { model: 'essay:ms=1' });
  await grown(page, 500);
  await ended(page);
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
}));
