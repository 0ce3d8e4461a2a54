// For everybody: every sample and page under axe (WCAG 2.2 AA), the ways by keyboard alone, what is announced, letters of
// four times the size, forced colours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sticksOut, violations, wcag } from './eyes.mjs';
import { ada, answer, ended, grown, house, say, until } from './support.mjs';

const home = house({ FRESHET_RELOAD: 'true' });
const widths = [[360, 740], [768, 1024], [1280, 800]];
const refused = [/40\d|42\d|5\d\d/, /policy violation: form-action/];

async function looked(page, where, tags) {
  assert.equal(await sticksOut(page), null, `${where}: wider than the page`);
  assert.deepEqual(await violations(page, tags), [], where);
}

// The names of the gallery's pages and parts.
async function names(page) {
  await page.goto('/gallery');
  return page.locator('.gallery__list a').evaluateAll(links => links.map(link => link.getAttribute('href')));
}

test('axe finds nothing in the gallery', { timeout: 240_000 }, () => home.visit({ signedIn: false, still: true, allows: refused }, async page => {
  const wrong = [];
  for (const [index, path] of (await names(page)).entries()) {
    const [width, height] = widths[index % 3], theme = index % 2 ? 'dark' : 'light';
    await page.setViewportSize({ width, height });
    await page.goto(`${path}?theme=${theme}&accent=${index % 5 ? 'water' : 'silt'}`);
    for (const words of await violations(page, wcag)) wrong.push(`${path} ${width} ${theme}: ${words}`);
  }
  assert.deepEqual(wrong, []);
}));

test('nothing is cut off at 320 px, from right to left, or with large letters', { timeout: 240_000 }, () => home.visit({ signedIn: false, still: true, allows: refused, width: 320, height: 512 }, async page => {
  const wrong = [];
  for (const path of await names(page)) {
    for (const [look, width] of [['', 320], ['?dir=rtl', 320], ['?size=large', 640]]) {
      await page.setViewportSize({ width, height: 512 });
      await page.goto(path + look);
      const out = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth) ? await sticksOut(page) ?? ['something'] : null;
      if (out) wrong.push(`${path}${look} ${width}: ${out}`);
    }
  }
  assert.deepEqual(wrong, []);
}));

test('what opens is accessible in every theme and width', { timeout: 120_000 }, () => home.visit({ still: true }, async page => {
  await say(page, 'What opens', { model: 'fast' });
  await ended(page);
  for (const [width, height] of widths) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${width} ${colorScheme}`;
      await page.keyboard.press('Control+k');
      await page.locator('.palette__item[aria-selected="true"]').waitFor();
      await looked(page, `palette ${where}`, wcag);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+/');
      await page.locator('dialog .shortcuts').waitFor();
      await looked(page, `shortcuts ${where}`, wcag);
      await page.keyboard.press('Escape');
      await page.locator('dialog .shortcuts').waitFor({ state: 'detached' });
      if (width < 900) await page.locator('.chat__menu').click();
      await page.locator('.user__button').click();
      await looked(page, `menu ${where}`, wcag);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    }
  }
  await page.goto('/');
  for (const [width, height] of widths) { await page.setViewportSize({ width, height }); await looked(page, `home ${width}`); }
}));

// Walks by Tab until it comes around; gives what had the focus. Each must be visible and look focused.
async function walk(page, most = 80) {
  const seen = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      element.dataset.walked ??= '';
      const first = !element.walked;
      element.walked = true;
      const box = element.getBoundingClientRect(), style = getComputedStyle(element);
      const shows = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || element.closest('.composer:focus-within, .palette');
      const isOn = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      return { first, name: element.ariaLabel || element.textContent.trim().slice(0, 40) || element.name || element.id, shows: Boolean(shows), isOn };
    });
    if (!at) { if (seen.length) return seen; continue; }
    if (!at.first) return seen;
    seen.push(at);
  }
  throw new Error(`no end after ${most} stops: ${seen.map(({ name }) => name)}`);
}

test('one gets everywhere by Tab, sees where one is, and gets out again', () => home.visit({ still: true }, async page => {
  await say(page, 'Tab by Tab', { model: 'fast' });
  await ended(page);
  const chat = page.url();
  for (const path of ['/', '/c/new', chat, '/settings', '/help/shortcuts', '/palette']) {
    await page.goto(path);
    await page.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); });
    const seen = await walk(page);
    assert.deepEqual(seen.filter(({ shows, isOn }) => !shows || !isOn), [], path);
    assert.ok(seen.length >= 3, `${path}: ${seen.length} stops`);
    assert.ok(seen.some(({ name }) => /Skip to content/.test(name)) || path !== '/', path);
  }
}));

test('sign in, write, stop, open the menu, reach the settings: without a mouse', () => home.visit({ signedIn: false, still: true }, async page => {
  await page.goto('/login');
  await page.keyboard.type(ada.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(ada.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/c/new');
  await page.goto('/c/new?model=simulated/slow:ms=100');
  await page.keyboard.type('By hand');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await grown(page, 20);
  await page.keyboard.press('Escape');
  await answer(page).locator('.outcome').waitFor();
  await page.locator('.user__button').focus();
  await page.keyboard.press('ArrowDown');
  await until(page, () => document.activeElement.closest('#user-menu'));
  for (let i = 0; i < 8 && await page.evaluate(() => document.activeElement.textContent.trim() !== 'Settings'); i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/settings');
}));

test('an answer is announced once, not word by word', () => home.visit({ still: true }, async page => {
  await say(page, 'First', { model: 'fast' });
  await ended(page);
  await page.evaluate(() => {
    window.said = [];
    window.live = new Set();
    new MutationObserver(changes => {
      for (const { target } of changes) {
        const region = (target.nodeType === 1 ? target : target.parentElement)?.closest('[aria-live], [role="status"], [role="alert"], [role="log"]');
        if (!region || region.ariaLive === 'off') continue;
        window.live.add(region.id);
        if (region.id === 'announce' && region.textContent) window.said.push(region.textContent);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await say(page, 'Second');
  await ended(page);
  const { said, live } = await page.evaluate(() => ({ said: window.said, live: [...window.live] }));
  assert.equal(said.length, 1, said.join(' | '));
  assert.match(said[0], /^Answer ready/);
  assert.deepEqual(live, ['announce']);
  assert.equal(await answer(page).getAttribute('aria-busy'), 'false');
}));

test('with forced colours everything still has its edges', () => home.visit({ still: true }, async page => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await page.goto('/');
  const edge = wanted => page.locator(wanted).first().evaluate(element => getComputedStyle(element).borderTopStyle);
  for (const wanted of ['.composer', '.way', '.sidebar__new']) assert.equal(await edge(wanted), 'solid', wanted);
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/forced-home.png' });
  await page.keyboard.press('Control+k');
  await page.locator('.palette__item[aria-selected="true"]').waitFor();
  assert.notEqual(await page.locator('.palette__item[aria-selected="true"]').evaluate(element => getComputedStyle(element).outlineStyle), 'none');
  if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: 'out/forced-palette.png' });
}));

test('every page says its language and direction', () => home.visit({ still: true, allows: refused }, async page => {
  for (const path of ['/', '/c/new', '/settings', '/palette', '/help/shortcuts', '/nowhere']) {
    await page.goto(path);
    assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['en', 'ltr'], path);
  }
}));
