// The other pages, and what holds for all of them: both colour schemes, every width, everybody.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitsTheWindow, picture, stage, violations } from './stage.mjs';

const { url, visit } = await stage();

test('Markdown is rendered, and does nothing by itself', () => visit('/guide.md', {}, async page => {
  assert.deepEqual(await page.locator('.prose h2').allTextContents(), ['First', 'Second', 'Third']);
  assert.equal(await page.title(), 'Guide – Materials');
  // The list of its contents leads to its parts.
  await page.click('.contents >> text=Third');
  assert.match(page.url(), /#/);
  // A picture elsewhere is its description at most; that nothing was asked for is seen by every visit.
  assert.equal(await page.locator('.prose img[src]').count(), 0);
  await page.click('text=Source');
  await page.waitForSelector('text=# Guide');
}));

test('what is missing has a page that helps', () => visit('/note.txt', { errors: [/404/] }, async (page, response) => {
  assert.equal(response.status(), 404);
  assert.equal(await page.locator('h1').textContent(), 'There is nothing at this address.');
  await page.click('a >> text=notes.txt');
  await page.waitForURL(`${url}notes.txt`);
}));

test('what is missing is told in Chinese', () => visit('/nichts', { errors: [/404/], locale: 'zh-CN' }, async page => {
  assert.match(await page.locator('h1').textContent(), /\p{Script=Han}{4}/u);
}));

// Name, target, and whether it is told by the console.
const pages = [
  ['listing', '/', {}],
  ['grid', '/?view=grid', {}],
  ['text', '/%E7%9F%B3%E6%96%99.txt?preview', {}],
  ['code', '/sort.js?preview', {}],
  ['table', '/stones.csv?preview', {}],
  ['image', '/picture.png?preview', {}],
  ['facts', '/data.bin?preview', {}],
  ['markdown', '/guide.md', {}],
  ['missing', '/note.txt', { errors: [/404/] }],
];

for (const [name, target, options] of pages) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${name}, ${colorScheme}: fit for everybody`, () => visit(target, { ...options, colorScheme }, async page => {
      // From white to black: how much light the ground gives.
      const light = await page.evaluate(() => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
        const isClear = /rgba\(.*, 0\)/.test(canvas.fillStyle) || getComputedStyle(document.body).backgroundColor === 'rgba(0, 0, 0, 0)';
        if (isClear) canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        return (red + green + blue) / 3 / 255;
      });
      assert.ok(colorScheme === 'dark' ? light < 0.25 : light > 0.85, `${light} of the light of white`);
      await picture(page, `${name}-desktop-${colorScheme}`);
      assert.deepEqual(await violations(page), []);
      await fitsTheWindow(page);
    }));
  }
  for (const width of [320, 390]) {
    const phone = { ...options, viewport: { width, height: 844 }, hasTouch: true, isMobile: true };
    test(`${name}: fits a screen of ${width} px`, () => visit(target, phone, async page => {
      await picture(page, `${name}-${width}-light`);
      await fitsTheWindow(page);
    }));
  }
  const dark = { ...options, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };
  test(`${name}, dark, on a phone: fit for everybody`, () => visit(target, dark, async page => {
    await picture(page, `${name}-390-dark`);
    assert.deepEqual(await violations(page), []);
  }));
}

test('the preview beside the rows', () => visit('/', { viewport: { width: 1600, height: 900 } }, async page => {
  await page.locator('.rows a', { hasText: 'picture.png' }).focus();
  await page.keyboard.press(' ');
  await page.waitForSelector('.preview[data-kind=image]');
  await picture(page, 'pane-desktop-light');
  assert.deepEqual(await violations(page), []);
  await fitsTheWindow(page);
}));

test('the sheet on a phone', () => visit('/', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async page => {
  await page.locator('.rows a', { hasText: 'sort.js' }).focus();
  await page.keyboard.press(' ');
  await page.waitForSelector('dialog.sheet[open] .preview');
  await picture(page, 'sheet-390-dark');
  assert.deepEqual(await violations(page), []);
  await fitsTheWindow(page);
}));

test('the list of keys', () => visit('/', {}, async page => {
  await page.keyboard.press('?');
  await picture(page, 'keys-desktop-light');
  assert.deepEqual(await violations(page), []);
}));
