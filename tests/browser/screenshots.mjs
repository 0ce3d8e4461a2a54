// Pictures of every page in three widths and two themes, from a server of its own with a life in it. Run by
// scripts/screenshots; the first argument is the folder. Writes <page>-<width>-<theme>.png, a sheet for each page
// (sheet-<page>.png) and an index.html.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { startServer } from './server.mjs';
import { answer, ended, grown, say, signUp, until } from './support.mjs';

const folder = resolve(process.argv[2] ?? '../../target/screenshots');
const only = process.argv[3] && new RegExp(process.argv[3]);
const sizes = [[360, 740], [768, 1024], [1440, 900]], themes = ['light', 'dark'];
mkdirSync(folder, { recursive: true });

const server = await startServer({ FRESHET_RELOAD: 'true' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
// The stylesheet as it lies in assets/css, in the order of templates/build.rs: to look at a change needs no build.
const styles = new URL('../../assets/css/', import.meta.url);
const sheet = () => [...new Set(['tokens.css', 'base.css', 'layout.css', ...readdirSync(styles).sort()])].map(name => readFileSync(new URL(name, styles), 'utf8')).join('\n');
async function open(locale = 'en-GB') {
  const context = await browser.newContext({ baseURL: server.url, locale, timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', serviceWorkers: 'block' });
  await context.route(/\/app\.css$/, route => route.fulfill({ contentType: 'text/css', body: sheet() }));
  return context;
}
const taken = [];

const at = async (page, width, height) => page.setViewportSize({ width, height });
const chatPath = page => new URL(page.url()).pathname.match(/^\/c\/[0-9a-f-]{36}/)[0];
// Opens the page at `path` above the one that is there.
async function above(page, path) {
  await until(page, () => typeof freshet === 'object' && 'htmx' in window);
  await page.evaluate(path => freshet.sheet(path), path);
  await page.locator('dialog .sheet').waitFor();
}

// `before` brings about, at each size, what a change of the size undoes.
async function shoot(page, name, { full = false, before } = {}) {
  if (only && !only.test(name)) return;
  for (const [width, height] of sizes) {
    for (const colorScheme of themes) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(60);
      await before?.(width);
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: full, animations: 'disabled' });
    }
  }
  taken.push(name);
  console.log(name);
}

const stranger = await (await open()).newPage();
await stranger.goto('/');
await shoot(stranger, 'landing', { full: true });
for (const [name, path] of [['register', '/register'], ['login', '/login'], ['not-found', '/nowhere'], ['offline', '/offline'], ['sheet-page', '/gallery/try/sheet']]) {
  await stranger.goto(path);
  await shoot(stranger, name);
}
for (const kind of ['forbidden', 'too-large', 'too-many', 'internal', 'unavailable']) {
  await stranger.goto(`/gallery/error-${kind}`);
  await shoot(stranger, `error-${kind}`);
}

for (const [name, path] of [['gallery', '/gallery'], ['gallery-parts', '/gallery/parts'], ['gallery-rtl', '/gallery/chat-answered?dir=rtl'], ['gallery-beside', '/gallery/chat-beside'], ['gallery-streaming', '/gallery/chat-streaming']]) {
  await stranger.goto(path);
  await shoot(stranger, name, { full: true });
}

const context = await open();
const page = await context.newPage();
await signUp(page);
await page.goto('/');
await shoot(page, 'home-first');
await page.goto('/c/new');
await shoot(page, 'new');
const titles = ['Bread at high altitude', 'תכנון טיול לגליל', 'Notes for the reading group', 'Borrow checker, gently', 'Train times to Trieste',
  'A conversation with a rather long title that will certainly not fit into the sidebar of anybody, however wide the window may be'];
for (const title of titles) { await say(page, title, { model: 'fast' }); await ended(page); }
await say(page, 'status 429 retry_after=2', { model: 'faults' });
await answer(page).locator('.problem').waitFor();
await shoot(page, 'failed');
await say(page, 'think', { model: 'thinking:ms=5' });
await ended(page);
await answer(page).locator('.thinking__summary').click();
await shoot(page, 'thinking');
await say(page, 'What is a freshet? Show me headings, lists, tables, code and formulas', { model: 'essay:ms=0,seed=2' });
await ended(page);
await page.reload();
await shoot(page, 'essay-end');
await page.evaluate(() => scrollTo(0, 0));
await shoot(page, 'essay');
await at(page, 1440, 900);
await page.keyboard.press('Control+k');
await page.locator('.palette__item[aria-selected="true"]').waitFor();
await shoot(page, 'palette');
await page.keyboard.type('br');
await shoot(page, 'palette-found');
await page.keyboard.press('Escape');
await page.keyboard.press('Control+/');
await page.locator('dialog .shortcuts').waitFor();
await shoot(page, 'shortcuts');
await page.keyboard.press('Escape');
await at(page, 1440, 900);
const openSidebar = async width => {
  if (width >= 896) return;
  await page.locator('.chat__head [popovertarget="sidebar"]').click();
  await page.locator('#sidebar:popover-open').waitFor();
};
await shoot(page, 'sidebar', { before: async width => {
  if (!await page.locator('#sidebar:popover-open').count()) await openSidebar(width);
} });
await page.keyboard.press('Escape');
await shoot(page, 'user-menu', { before: async width => {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await openSidebar(width);
  await page.locator('.user__button').click();
} });
await page.keyboard.press('Escape');
await page.keyboard.press('Escape');
for (const [name, path] of [['settings', '/settings'], ['settings-appearance', '/settings/appearance'], ['settings-language', '/settings/language'],
  ['settings-models', '/settings/models'], ['settings-keys', '/settings/keys'], ['settings-usage', '/settings/usage'], ['settings-providers', '/settings/providers'], ['models', '/models'], ['settings-security', '/settings/security'], ['settings-account', '/settings/account'],
  ['search', '/search?q=bread'], ['search-none', '/search?q=xyzzy'], ['chats', '/chats'], ['archive', '/chats?show=archived']]) {
  await page.goto(path);
  await shoot(page, name, { full: true });
}
// What stands where something is on its way.
await page.route(/\/search\?q=/, () => {});
await page.goto('/search');
await page.getByRole('searchbox').fill('a freshet');
await page.locator('.found.htmx-request').waitFor();
await shoot(page, 'search-on-its-way');
await page.unroute(/\/search\?q=/);
await say(page, 'What is a freshet?', { model: 'echo:ms=0' });
await ended(page);
await page.locator('.message--user .message__foot > a').focus();
await shoot(page, 'feet');
await answer(page).locator('.menu__button').click();
await shoot(page, 'message-menu');
await page.keyboard.press('Escape');
await answer(page).locator('.message__model').click();
await shoot(page, 'details');
await page.keyboard.press('Escape');
await at(page, 1440, 900);
await page.locator('.message--user').hover();
await page.locator('.message--user .message__foot > a').click();
await page.locator('dialog textarea').fill('What is a freshet, and when does it come?');
await shoot(page, 'edit');
await page.locator('dialog textarea').press('Control+Enter');
await page.locator('.versions').first().waitFor();
await ended(page);
await shoot(page, 'versions');
for (const way of ['menu', 'rename', 'delete', 'settings']) {
  await page.goto(`${chatPath(page)}/${way}`);
  await shoot(page, `chat-${way}`);
}
await page.goto(chatPath(page));
for (const way of ['menu', 'rename', 'delete', 'settings']) {
  await above(page, `${chatPath(page)}/${way}`);
  await shoot(page, `dialog-${way}`);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
}
await above(page, `${chatPath(page)}/delete`);
await page.locator('dialog button.button--danger, dialog button[type="submit"]').last().click();
// It would fade while it is taken.
await page.locator('.toast__action').evaluate(button => { button.closest('.toast').style.animation = 'none'; });
await shoot(page, 'toast-undo');
await say(page, 'Who are you, really?', { model: 'fast:first=1,ms=0,seed=1234567890123456789' });
await ended(page);
await shoot(page, 'long-model');
await answer(page).locator('.message__model').click();
await shoot(page, 'long-model-details');
await page.keyboard.press('Escape');
// Letters twice as large, and what is left of a window that is zoomed to 200 %.
await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
await shoot(page, 'large-letters');
await page.goto('/settings/appearance');
await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
await shoot(page, 'large-letters-settings');
await say(page, 'מהו שיטפון? הסבר לי עם **דוגמה**:\n\n1. ראשית\n2. שנית\n\n> ציטוט\n\n| נהר | אורך |\n|---|---|\n| ירדן | 251 |', { model: 'echo:ms=0' });
await ended(page);
await shoot(page, 'rtl-text');
await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
await shoot(page, 'rtl');
await page.goto('/settings');
await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
await shoot(page, 'rtl-settings');
await page.goto('/c/new?model=simulated%2Fessay%3Ams%3D0');
await at(page, 1440, 900);
await page.locator('.compare__button').click();
await page.locator('select[name="model2"]').selectOption('simulated/thinking');
await shoot(page, 'compare');
await page.locator('#content').fill('compare');
await page.locator('#content').press('Enter');
await page.locator('.message--beside > [data-ended]').nth(1).waitFor();
await shoot(page, 'double');
await say(page, 'tool', { model: 'faults' });
await answer(page).locator('.call').waitFor();
await ended(page);
await answer(page).locator('.call__summary').click();
await shoot(page, 'tool');
await say(page, 'write', { model: 'slow:ms=60' });
await grown(page, 80);
await shoot(page, 'streaming');
await page.locator('.composer__send--stop').click();
await ended(page);
await shoot(page, 'stopped');
await page.goto('/');
await shoot(page, 'home');
await page.goto('/gallery/try');
await page.getByRole('link', { name: 'Open a sheet' }).click();
await page.locator('dialog[open]').waitFor();
await page.getByRole('textbox', { name: 'Name' }).fill('taken');
await page.keyboard.press('Enter');
await page.locator('.toast').waitFor();
await shoot(page, 'sheet-and-toast');
await page.goto('/gallery/try');
await page.getByRole('button', { name: 'Menu b' }).click();
await shoot(page, 'menu');
const german = await (await open('de-DE')).newPage();
await german.goto('/');
await shoot(german, 'de-landing', { full: true });
await german.goto('/register');
await shoot(german, 'de-register');
await page.goto('/settings/language');
await page.locator('[name="locale"], [name="language"]').first().selectOption('de');
await page.locator('main button[type="submit"]').first().click();
await page.waitForURL('**/settings/language**');
for (const [name, path] of [['de-home', '/'], ['de-new', '/c/new'], ['de-settings', '/settings'], ['de-settings-appearance', '/settings/appearance'], ['de-settings-language', '/settings/language'], ['de-settings-models', '/settings/models'], ['de-settings-keys', '/settings/keys'],
  ['de-settings-security', '/settings/security'], ['de-settings-account', '/settings/account'], ['de-chats', '/chats'], ['de-not-found', '/c/nowhere']]) {
  await page.goto(path);
  await shoot(page, name, { full: true });
}

const picture = (name, width, theme) => `${name}-${width}-${theme}.png`;
const row = name => `<section><h2>${name}</h2><div>${sizes.flatMap(([width]) => themes.map(theme => `<a href="${picture(name, width, theme)}"><img src="${picture(name, width, theme)}" width="${Math.round(width / 4)}"></a>`)).join('')}</div></section>`;
const style = '<style>body{font:14px system-ui;margin:16px;background:#8a9794}div{display:flex;gap:8px;align-items:start}img{display:block;box-shadow:0 1px 8px #0006}h2{margin:16px 0 8px;font-size:14px}</style>';
writeFileSync(`${folder}/index.html`, `<!doctype html><meta charset="utf-8"><title>Screenshots</title>${style}${taken.map(row).join('')}`);
const sheets = await (await browser.newContext({ viewport: { width: 1420, height: 400 } })).newPage();
for (let i = 0; i < taken.length; i += 4) {
  writeFileSync(`${folder}/sheet-${i / 4}.html`, `<!doctype html><meta charset="utf-8">${style}${taken.slice(i, i + 4).map(row).join('')}`);
  await sheets.goto(pathToFileURL(`${folder}/sheet-${i / 4}.html`).href);
  await sheets.screenshot({ path: `${folder}/sheet-${i / 4}.png`, fullPage: true });
}
await browser.close();
await server.end();
console.log(`${taken.length * sizes.length * themes.length} pictures: ${folder}/index.html`);
