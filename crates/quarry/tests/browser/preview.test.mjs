// One material on its page, a test for each kind.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from './stage.mjs';

const { visit } = await stage();

// The kind that the page says it shows, and something that proves it.
const kinds = {
  'notes.txt': ['page', 'text=Some notes.'],
  'sort.js': ['code', 'text=export function sort'],
  'stones.csv': ['table', 'table td >> text="gneiss, grey"'],
  'guide.md': ['page', '.prose h2 >> text=Second'],
  'picture.png': ['image', '.picture img'],
  'drawing.svg': ['image', '.picture img'],
  'sound.wav': ['sound', 'audio[controls]'],
  'film.webm': ['film', 'video[controls]'],
  'paper.pdf': ['pdf', 'object[type="application/pdf"]'],
  'data.bin': ['file', 'text=There is no preview for this kind of file.'],
};

for (const [name, [kind, proof]] of Object.entries(kinds)) {
  // The film is none, and the browser may say so.
  const options = name === 'film.webm' ? { errors: [/ERR_|416|media|decode/i] } : {};
  test(`${name} is shown as ${kind}`, () => visit(`/${encodeURIComponent(name)}?preview`, options, async page => {
    assert.equal(await page.locator('h1').first().textContent(), name);
    await page.waitForSelector(proof);
    const article = page.locator('article.preview');
    assert.match(await article.getAttribute('data-kind') ?? '', new RegExp(kind === 'file' ? 'file|unknown' : kind));
    assert.match(await page.locator('.facts').textContent(), /Media type.*Size/s);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.acts a[download]')]);
    assert.equal(download.suggestedFilename(), name);
  }));
}

test('a picture is there in its size', () => visit('/picture.png?preview', {}, async page => {
  await page.waitForFunction(() => document.querySelector('.picture img').naturalWidth === 320);
}));

test('sound can be played', () => visit('/sound.wav?preview', {}, async page => {
  await page.waitForFunction(() => document.querySelector('audio').duration > 0.2);
}));

test('a text tells its encoding, and can be shown under another', () => visit('/%E7%9F%B3%E6%96%99.txt?preview', {}, async page => {
  await page.waitForSelector('text=采石场的资料');
  assert.match(await page.locator('.panel, .charset').first().textContent(), /gb/i);
  await page.locator('.charset select').selectOption('big5');
  await page.waitForURL('**/*charset=big5*');
  assert.doesNotMatch(await page.locator('main').textContent(), /采石场的资料/);
}));

test('the next and the previous by keys', () => visit('/file%202.txt?preview', {}, async page => {
  await page.keyboard.press('ArrowRight');
  await page.waitForURL('**/file%2010.txt?preview');
  await page.keyboard.press('k');
  await page.waitForURL('**/file%202.txt?preview');
  await page.keyboard.press('Backspace');
  await page.waitForURL(address => address.pathname === '/');
}));

test('the hash is computed on demand', () => visit('/notes.txt?preview', {}, async page => {
  await page.click('.hash button');
  await page.waitForSelector('text=/^[0-9a-f]{64}$/');
}));

test('without JavaScript it is shown as well', () => visit('/stones.csv?preview', { javaScriptEnabled: false }, async page => {
  assert.ok(await page.getByText('gneiss, grey').isVisible());
  assert.ok(await page.locator('.around a[rel=prev]').isVisible());
  assert.ok(await page.locator('.hash').isHidden(), 'what only the script can do is not offered');
}));
