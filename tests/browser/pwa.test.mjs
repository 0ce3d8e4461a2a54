// The app that can be installed: its manifest, what is shown without a connection, and what others share with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, ended, house, say, until, words } from './support.mjs';

const home = house();

// Waits until the service worker has this page.
const controlled = page => until(page, async () => {
  await navigator.serviceWorker.ready;
  return navigator.serviceWorker.controller !== null;
});

test('the manifest is one that browsers take', () => home.visit({}, async (page, context) => {
  await page.goto('/c/new');
  const session = await context.newCDPSession(page);
  const { url, errors, data } = await session.send('Page.getAppManifest');
  assert.match(url, /\/manifest\.webmanifest$/);
  assert.deepEqual(errors, []);
  assert.equal(JSON.parse(data).share_target.action, '/share');
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
}));

test('without a connection there is a page that says so, and a way back', () => home.visit({ allows: [/ERR_INTERNET_DISCONNECTED|Failed to fetch|offline/i] }, async (page, context) => {
  await page.goto('/settings');
  await controlled(page);
  await context.setOffline(true);
  await page.goto('/settings/language');
  await page.getByRole('heading', { name: 'No connection' }).waitFor();
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.oops')).display), 'grid', 'with its colours');
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/offline.png' });
  assert.match(page.url(), /\/settings\/language$/);
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'Language and region' }).waitFor(); // by itself
}));

test('the worker keeps nothing but its page, and streams pass it by', () => home.visit({}, async page => {
  await page.goto('/c/new');
  await controlled(page);
  const stream = page.waitForResponse(/\/events\?/);
  await say(page, 'Tell me about rivers', { model: 'essay:ms=1' });
  assert.equal((await stream).fromServiceWorker(), false);
  await ended(page);
  assert.ok((await words(page)).length > 100);
  assert.equal(await answer(page).count(), 1);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const urls = await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)));
    return urls.flat();
  });
  assert.deepEqual(kept.map(path => path.split('/').at(-1)).sort(), ['app.css', 'app.js', 'icon.svg', 'offline']);
}));

test('what another app shares stands in the composer, and is not sent', () => home.visit({}, async page => {
  await page.goto('/share?title=Tides&text=Why%20twice%20a%20day%3F&url=https%3A%2F%2Fexample.org%2Ftides');
  await page.waitForURL('**/c/new?**');
  assert.equal(await page.locator('#content').inputValue(), 'Tides\nWhy twice a day?\nhttps://example.org/tides');
  assert.equal(await page.locator('.message').count(), 0);
}));
