// Settings as people see them: at once where scripts run, in every language without anything cut off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ada, call, ended, house, say, signUp, until } from './support.mjs';

const home = house();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const places = ['', '/appearance', '/language', '/models', '/keys', '/usage', '/providers', '/security', '/account'];

const sticksOut = page => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = [...document.body.querySelectorAll('*')].filter(element => element.getBoundingClientRect().right > clientWidth + 1 && !element.closest('svg, .sr, .choices__sample'));
  return scrollWidth > clientWidth || wide.length ? wide.slice(0, 5).map(element => `${element.localName}.${element.className}`) : null;
});
async function violations(page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary.split('\n')[1]?.trim()}`));
  });
}

test('every page of the settings, in German and in silt, on a phone and on a desk', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  const { status } = await call(page, 'PATCH', '/users/me', { locale: 'de', accent: 'silt' });
  assert.equal(status, 200);
  for (const place of places) {
    await page.goto(`/settings${place}`);
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    for (const [width, height] of [[360, 740], [1280, 800]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await until(page, () => !document.getAnimations().some(animation => animation.playState === 'running'));
        const where = `german${place.replace('/', '-')}-${width}-${colorScheme}`;
        if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: `out/${where}.png`, fullPage: true });
        assert.equal(await sticksOut(page), null, where);
        assert.deepEqual(await violations(page), [], where);
      }
    }
  }
  await call(page, 'PATCH', '/users/me', { locale: null, accent: null });
}));

test('a look is shown at once and kept with the button', () => home.visit({}, async page => {
  await page.goto('/settings/appearance');
  const look = () => page.evaluate(() => ({ ...document.documentElement.dataset }));
  await page.getByRole('radio', { name: 'Dark', exact: true }).check();
  await page.getByRole('radio', { name: 'Silt' }).check();
  assert.deepEqual([(await look()).theme, (await look()).accent], ['dark', 'silt']);
  await page.reload();
  assert.equal((await look()).theme, 'system', 'not kept yet');
  await page.getByRole('radio', { name: 'Light', exact: true }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.goto('/c/new');
  assert.equal((await look()).theme, 'light');
  await call(page, 'PATCH', '/users/me', { theme: null, accent: null, code_theme: null });
}));

test('times are the reader’s own, and stay where they are when the server knows the zone', () => home.visit({}, async (page, context) => {
  await say(page, 'hello', { model: 'fast' });
  await ended(page);
  const shown = () => page.locator('.message--assistant time').evaluate(time => time.textContent);
  const hour = await page.locator('.message--assistant time').evaluate(time => new Date(time.dateTime).getHours());
  // Britain, by the browser's languages: 24 hours.
  assert.match(await shown(), new RegExp(`^${String(hour).padStart(2, '0')}:\\d\\d$`), 'also on the first page');
  assert.equal((await context.cookies()).find(({ name }) => name === 'tz')?.value, 'Europe/Berlin');
  // What the server writes is what is shown: nothing moves.
  const before = await shown();
  const [html] = await Promise.all([page.waitForResponse(response => response.url() === page.url()).then(response => response.text()), page.reload()]);
  assert.equal(await shown(), before);
  assert.ok(html.includes(`>${before}</time>`), 'the server wrote it so');
  assert.equal(await page.locator('time[data-here]').count(), 0, 'and no script touched it');
}));

test('a password can be looked at while it is typed', () => home.visit({ signedIn: false }, async page => {
  await page.goto('/login');
  const field = page.getByLabel('Password');
  await field.fill('seven');
  const show = page.getByRole('button', { name: 'Show characters' });
  await show.click();
  assert.equal(await field.getAttribute('type'), 'text');
  assert.equal(await show.getAttribute('aria-pressed'), 'true');
  await show.click();
  assert.equal(await field.getAttribute('type'), 'password');
}));

test('somebody changes the language before signing in, and leaves for good', () => home.visit({ signedIn: false }, async page => {
  const bob = { ...ada, name: 'Bob', email: 'bob@example.org' };
  await signUp(page, bob);
  await page.goto('/settings/account');
  await page.getByLabel('Password').fill(bob.password);
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.waitForURL('**/login');
  await page.getByText('is deleted').waitFor();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
}));
