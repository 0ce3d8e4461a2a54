// Draws the icons of the installed app from assets/img/icon.svg with a real browser. Run it when that file changes, and
// commit what it writes: `node scripts/icons.mjs`
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const root = new URL('..', import.meta.url);
const { chromium } = createRequire(new URL('tests/browser/package.json', root))('playwright-core');
const svg = readFileSync(new URL('assets/img/icon.svg', root), 'utf8');
// The system cuts these itself: colour up to the edge, and nothing that matters outside of the middle four fifths.
const full = svg.replace(' rx="8"', '').replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"')
  .replace('<rect width="32" height="32"', '<rect x="-4" y="-4" width="40" height="40"');

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, size, source] of [
  ['icon-192', 192, svg], ['icon-512', 512, svg], ['icon-maskable-512', 512, full], ['apple-touch-icon', 180, full],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${source}`);
  await page.screenshot({ path: new URL(`assets/img/${name}.png`, root).pathname, omitBackground: true });
}
await browser.close();
