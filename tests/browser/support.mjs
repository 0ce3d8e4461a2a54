// The vocabulary of the browser tests. A test file opens a `house()`: a server and a browser of its own, with one person
// who is signed up. `visit` gives a test a window; when the test is over, anything odd in that window fails it.
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { guard, watchPage } from './guard.mjs';
import { startServer } from './server.mjs';

export const ada = { name: 'Ada', email: 'ada@example.org', password: 'seven quiet rivers' };

const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

export function house(env) {
  const house = {
    // Opens a window for `act(page)`. Options: signedIn, js, width, height, theme, touch, through (another origin that leads
    // to the server), allows (patterns of noticed words that this test expects), serviceWorkers: 'block' (what a worker has kept
    // can't be held back).
    async visit(options, act) {
      const { signedIn = true, js = true, width = 1280, height = 800, theme = 'light', touch = false, through, allows, permissions, serviceWorkers } = options;
      const baseURL = through ?? house.server.url;
      const context = await house.browser.newContext({
        baseURL, permissions, serviceWorkers, javaScriptEnabled: js, viewport: { width, height }, colorScheme: theme, hasTouch: touch, locale: 'en-GB',
        timezoneId: 'Europe/Berlin', reducedMotion: options.still ? 'reduce' : 'no-preference',
        storageState: signedIn ? house.signedIn : undefined,
      });
      context.setDefaultTimeout(15_000);
      const noticed = guard(context, new URL(baseURL).origin, allows);
      await context.addInitScript(watchPage);
      try {
        await act(await context.newPage(), context);
        noticed.check();
      } catch (error) {
        const words = house.server.errors();
        if (words) error.message += `\nthe server said:\n${words}`;
        try { noticed.check(); } catch (also) { error.message += `\n${also.message}`; }
        throw error;
      } finally {
        await context.close();
      }
    },
  };
  before(async () => {
    house.server = await startServer(env);
    house.browser = await launch();
    await house.visit({ signedIn: false }, async (page, context) => {
      await signUp(page);
      house.signedIn = await context.storageState();
    });
  });
  after(async () => {
    await house.browser?.close();
    await house.server?.end();
  });
  return house;
}

export async function signUp(page, { name, email, password } = ada) {
  await page.goto('/register');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/c/new');
}

// Says something in the open conversation or, with a model, in a new one: `essay:ms=2`.
export async function say(page, text, { model } = {}) {
  if (model) await page.goto(`/c/new?model=${encodeURIComponent(`simulated/${model}`)}`);
  const before = await page.locator('.message--assistant').count();
  await page.locator('#content').fill(text);
  await page.locator('#content').press('Enter');
  // Words are there before scripts are; a key pressed in between would be nobody's.
  if (model) await page.waitForURL(/\/c\/[0-9a-f-]{36}$/, { waitUntil: 'domcontentloaded' });
  await page.locator('.message--assistant').nth(before).waitFor({ state: 'attached' });
}

// The newest answer.
export const answer = page => page.locator('.message--assistant').last();
export const words = page => answer(page).locator('.message__body').evaluate(body => body.textContent);

// Waits until the newest answer has ended.
export const ended = page => page.locator('.message--assistant:last-child[aria-busy="false"] > .message__foot[data-ended]').waitFor({ state: 'attached' });

// Waits until the newest answer has so many characters, and still runs.
export const grown = (page, characters) => until(page, wanted => {
  const answers = document.querySelectorAll('.message--assistant');
  return (answers[answers.length - 1]?.querySelector('.message__body').textContent.length ?? 0) >= wanted;
}, characters);

// The conversation as HTML, without what scripts add to what the server wrote.
export const log = page => page.evaluate(() => {
  const log = document.getElementById('log').cloneNode(true);
  for (const tools of log.querySelectorAll('.code__tools')) tools.remove();
  for (const figure of log.querySelectorAll('[data-wrap]')) figure.removeAttribute('data-wrap');
  for (const element of log.querySelectorAll('[tabindex]')) element.removeAttribute('tabindex');
  for (const name of ['data-touched', 'data-open', 'data-run', 'data-after', 'data-near']) {
    for (const element of log.querySelectorAll(`[${name}]`)) element.removeAttribute(name);
  }
  return log.innerHTML;
});

// Waits for a condition in the page. Asked from outside, since a page under our policy may not evaluate strings.
export async function until(page, condition, argument, patience = 15_000) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await page.evaluate(condition, argument).catch(error => {
      if (/navigat|context was destroyed/i.test(error.message)) return undefined;
      throw error;
    });
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 15)); // timers of a page without scripts never ring
  }
}

// Calls the JSON API as the page's person, from within the page.
export const call = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
  const response = await fetch(`/api/v1${path}`, { method, headers: { 'content-type': 'application/json', accept: 'application/json' }, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}, [method, path, body]);

export const chatId = page => new URL(page.url()).pathname.split('/').at(-1);

// Fails with the first difference and what stands around it.
export function same(actual, expected) {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = text => JSON.stringify(text.slice(Math.max(0, at - 160), at + 240));
  throw new Error(`differs at ${at} of ${actual.length} and ${expected.length}:\n  is       ${around(actual)}\n  expected ${around(expected)}`);
}
