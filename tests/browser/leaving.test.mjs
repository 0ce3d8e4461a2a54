// A page whose sign-in ends, here or elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, ended, house, say, signUp } from './support.mjs';

const home = house();
let people = 0;
const somebody = page => signUp(page, { name: 'Eve', email: `eve${++people}@example.org`, password: 'seven quiet rivers' });

test('a page that is signed out from elsewhere asks to sign in, once', () => home.visit({ signedIn: false, allows: [/401/] }, async page => {
  await somebody(page);
  await say(page, 'hello', { model: 'fast' });
  await ended(page);
  const { body } = await call(page, 'GET', '/users/me/sessions');
  const loads = [];
  page.on('framenavigated', () => loads.push(page.url()));
  const { status } = await call(page, 'DELETE', `/users/me/sessions/${body.items[0].id}`);
  assert.equal(status, 204);
  await page.waitForURL(/\/login/);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.equal(loads.length, 1, loads.join(' '));
}));

test('signing out from a conversation says goodbye and not that something broke', () => home.visit({ signedIn: false }, async page => {
  await somebody(page);
  await say(page, 'hello', { model: 'fast' });
  await ended(page);
  await page.locator('.user__button').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(url => url.pathname === '/login');
  assert.equal(new URL(page.url()).search, '');
  await page.getByText('You are signed out').waitFor();
}));
