// How pages look: every page in both themes, on a phone and on a desk. Nothing is cut off, and axe finds nothing.
// With SAVE_SCREENSHOTS=1 a picture of each lands in out/, for eyes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sticksOut, violations } from './eyes.mjs';
import { answer, ended, grown, house, say, until } from './support.mjs';

const home = house();
const still = { still: true }; // no animation may be caught halfway
const phone = [360, 740], desk = [1280, 800];
const themes = ['light', 'dark'];

// Looks at the page as it is now, in every theme and size.
async function looksGood(page, name, sizes = [phone, desk]) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise(resolve => { let frames = 4; requestAnimationFrame(function next() { frames-- ? requestAnimationFrame(next) : resolve(); }); }));
      const where = `${name}-${width}-${colorScheme}`;
      if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: `out/${where}.png` });
      assert.equal(await sticksOut(page), null, `${where}: wider than the page`);
      assert.deepEqual(await violations(page), [], where);
    }
  }
}

test('what strangers see', () => home.visit({ signedIn: false, ...still, allows: [/40\d|42\d/] }, async page => {
  await page.goto('/');
  await looksGood(page, 'landing');
  await page.goto('/register');
  await looksGood(page, 'register');
  await page.getByLabel('Name').fill('A'.repeat(60));
  await page.getByLabel('Email').fill('ada@example.org');
  await page.getByLabel('Password').fill('short');
  await page.locator('form[action="/register"]').evaluate(form => { form.noValidate = true; form.requestSubmit(); });
  await page.locator('[aria-invalid="true"]').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'password', 'one can go on where it was wrong');
  await looksGood(page, 'register-refused');
  await page.goto('/login?next=/c/new');
  await looksGood(page, 'login');
  await page.getByLabel('Email').fill('nobody@example.org');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await looksGood(page, 'login-refused');
  await page.goto('/nowhere/at/all');
  await looksGood(page, 'not-found');
}));

test('a new conversation and the settings', () => home.visit({ ...still, allows: [/404/] }, async page => {
  await page.goto('/c/new');
  await looksGood(page, 'new');
  for (const place of ['', '/appearance', '/language', '/models', '/keys', '/providers', '/security', '/account']) {
    await page.goto(`/settings${place}`);
    await looksGood(page, `settings${place.replace('/', '-')}`);
  }
  await page.goto('/c/00000000-0000-7000-8000-000000000000');
  await looksGood(page, 'not-found-signed-in');
}));

test('a conversation with an essay', () => home.visit(still, async page => {
  await say(page, 'Show me everything: headings, lists, tables, code and formulas, in one answer', { model: 'essay:ms=0' });
  await ended(page);
  await looksGood(page, 'essay');
}));

test('an answer while it is thought about, written, stopped and failed', () => home.visit(still, async page => {
  await say(page, 'hmm', { model: 'thinking:first=60000' });
  await looksGood(page, 'waiting');
  await page.keyboard.press('Escape');
  await answer(page).locator('.outcome').waitFor();

  await say(page, 'think', { model: 'thinking:ms=400' });
  await grown(page, 30);
  await answer(page).locator('.thinking__summary').click();
  await looksGood(page, 'thinking');

  // Longer than any look at it takes.
  await say(page, 'write', { model: 'tokens:n=3000,ms=60' });
  await grown(page, 60);
  await looksGood(page, 'streaming');
  await page.keyboard.press('Escape');
  await answer(page).locator('.outcome').waitFor();
  await looksGood(page, 'stopped');

  await say(page, 'cut after=200', { model: 'faults' });
  await answer(page).locator('.problem').waitFor();
  await looksGood(page, 'failed-midway');
  await say(page, 'status 429 retry_after=2', { model: 'faults' });
  await answer(page).locator('.problem').waitFor();
  await looksGood(page, 'failed-before');
}));

test('the sidebar is a drawer on a phone, and the menu opens in it', () => home.visit({ ...still, width: 360, height: 740 }, async page => {
  await say(page, 'A conversation with a rather long title that will not fit into the sidebar at all', { model: 'fast' });
  await ended(page);
  assert.equal(await page.locator('#sidebar').isVisible(), false);
  await page.locator('.chat__menu').click();
  await page.locator('#sidebar').waitFor();
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/drawer-360.png' });
  assert.deepEqual(await violations(page), []);
  await page.locator('.user__button').click();
  await page.locator('#user-menu').waitFor();
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/drawer-menu-360.png' });
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#sidebar').isVisible(), false);
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.equal(await page.locator('#sidebar').isVisible(), true);
  await page.locator('.user__button').click();
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/menu-1280.png' });
}));

test('the theme chosen on one page holds on the next', () => home.visit(still, async page => {
  await page.goto('/c/new');
  await page.locator('.user__button').click();
  const dark = page.waitForResponse(/settings\/theme/);
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await dark;
  // The menu stays open: one looks, and chooses again.
  const stored = page.waitForResponse(/settings\/theme/);
  await page.getByRole('button', { name: 'Light' }).click();
  assert.ok(await page.locator('#user-menu').isVisible());
  await stored;
  await page.goto('/c/new');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
}));

// A transition of a moment is one for every element that inherits: the innermost words would change colour many frames late.
test('who wants less motion gets a new theme in one step', () => home.visit(still, async page => {
  await say(page, 'status 429 retry_after=2', { model: 'faults' });
  await answer(page).locator('.problem').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  const { moving, words, page: whole } = await page.evaluate(() => ({
    page: getComputedStyle(document.body).color,
    words: getComputedStyle(document.querySelector('.problem__title')).color,
    moving: document.getAnimations().filter(animation => animation instanceof CSSTransition).length,
  }));
  assert.equal(moving, 0);
  assert.equal(words, whole, 'the words are as light as the page’s');
}));

test('versions, two answers side by side, a tool, details and the sheets of a message', () => home.visit(still, async page => {
  await say(page, 'tool call name=add', { model: 'faults' });
  await ended(page);
  await answer(page).locator('.call summary').click();
  await looksGood(page, 'turns-tool');
  await answer(page).locator('.message__model').click();
  await looksGood(page, 'turns-details');
  await page.goto(page.url());
  const id = await page.locator('.message--user').evaluate(message => message.id.slice(2));
  await page.goto(`/m/${id}/edit`);
  await looksGood(page, 'turns-edit');
  await page.goto('/c/new?model=simulated%2Fthinking%3Ams%3D0');
  await page.locator('.compare__button').click();
  await looksGood(page, 'turns-compare');
  await page.locator('select[name="model2"]').selectOption('simulated/fast');
  await page.locator('#content').fill('side by side');
  await page.locator('.composer__send').click();
  await until(page, () => document.querySelectorAll('.message--beside > [data-ended]').length === 2);
  await looksGood(page, 'turns-beside');
  await page.locator('.message--beside').last().getByRole('button', { name: 'Keep this one' }).click();
  await page.locator('.versions').waitFor();
  await looksGood(page, 'turns-versions');
}));
