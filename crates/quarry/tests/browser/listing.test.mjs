// The listing of a folder, as people use it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from './stage.mjs';

const { url, visit } = await stage();

const names = page => page.locator('.rows tbody tr td:first-child').evaluateAll(cells =>
  cells.filter(cell => cell.offsetParent !== null).map(cell => cell.textContent));
const LONG = `a-very-long-name-${'that-goes-on-'.repeat(9)}to-its-end.tar.gz`;
const FOLDERS = ['another folder/', 'empty/', 'sub/'];
const BY_NAME = [...FOLDERS, LONG, 'data.bin', 'drawing.svg', 'file 2.txt', 'file 10.txt', 'film.webm', 'guide.md', 'notes.txt',
  'paper.pdf', 'picture.png', 'README.md', 'sort.js', 'sound.wav', 'stones.csv', '石料.txt'];
const focused = page => page.evaluate(() => document.activeElement.textContent);

test('rows stand in natural order, folders first, with their sizes', () => visit('/', {}, async page => {
  assert.deepEqual(await names(page), BY_NAME);
  const size = name => page.locator('.rows tbody tr', { hasText: name }).locator('td').nth(1).textContent();
  assert.equal((await size('data.bin')).trim(), '3.0 kB');
  assert.equal((await size('notes.txt')).trim(), '12 B');
  assert.match(await page.locator('.count').first().textContent(), /3 folders, 15 files/);
}));

test('the head of a column sorts, and again turns around', () => visit('/', {}, async page => {
  await page.click('thead >> text=Size');
  await page.waitForURL('**/?*sort=size*');
  const sorted = page.locator('th[aria-sort]');
  assert.equal(await sorted.textContent(), 'Size');
  const first = await sorted.getAttribute('aria-sort');
  const files = (await names(page)).slice(3);
  assert.deepEqual(files.slice().sort(), BY_NAME.slice(3).sort());
  await page.click('thead >> text=Size');
  await page.waitForFunction(before => document.querySelector('th[aria-sort]').getAttribute('aria-sort') !== before, first);
  const turned = (await names(page)).slice(3);
  const small = first === 'ascending' ? files : turned;
  assert.ok(small.indexOf('notes.txt') < small.indexOf('data.bin'), String(small));
  assert.notEqual(files[0], turned[0]);
  await page.click('thead >> text=Modified');
  await page.waitForURL('**/?*sort=modified*');
  assert.ok(['README.md', LONG].includes((await names(page))[3]), String(await names(page)));
}));

test('breadcrumbs lead up', () => visit('/sub/deeper/', {}, async page => {
  const crumbs = page.locator('.crumbs a');
  assert.deepEqual(await crumbs.allTextContents(), ['Materials', 'sub', 'deeper']);
  assert.equal(await crumbs.last().getAttribute('aria-current'), 'page');
  await crumbs.nth(1).click();
  await page.waitForURL(`${url}sub/`);
  await page.keyboard.press('Backspace');
  await page.waitForURL(url);
}));

test('the grid shows pictures, and stays', () => visit('/', {}, async page => {
  await page.click('.views a[aria-label=Grid]');
  await page.waitForSelector('.tiles');
  assert.equal(await page.locator('.tiles li').count(), BY_NAME.length);
  const picture = page.locator('.tiles img[src="picture.png"]');
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('.tiles img[src="picture.png"]').naturalWidth === 320);
  await page.click('.tiles >> text=sub');
  await page.waitForURL('**/sub/**');
}));

test('the README is shown below, rendered', () => visit('/', {}, async page => {
  const readme = page.locator('.prose, .readme').last();
  assert.equal(await readme.locator('h1, h2').first().textContent(), 'A quarry of materials');
  assert.deepEqual(await readme.locator('tbody tr td:first-child').allTextContents(), ['chalk', 'gneiss']);
}));

test('a name is one word to a screen reader, however long', () => visit('/', {}, async page => {
  for (const name of ['notes.txt', 'sub/', LONG]) {
    assert.equal(await page.getByRole('link', { name, exact: true }).count(), 1, name);
  }
}));

test('an empty folder says so', () => visit('/empty/', {}, async page => {
  assert.match(await page.locator('main').textContent(), /This folder is empty\./);
}));

test('keys: slash to the box, typing narrows, Enter goes to the first, Escape leaves', () => visit('/', {}, async page => {
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('type')), 'search');
  await page.keyboard.type('FILE');
  assert.deepEqual(await names(page), ['file 2.txt', 'file 10.txt']);
  await page.keyboard.type('x');
  assert.deepEqual(await names(page), []);
  assert.ok(await page.getByText('No name matches.').isVisible());
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'file 2.txt');
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  assert.notEqual(await page.evaluate(() => document.activeElement.getAttribute('type')), 'search');
}));

test('keys: rows are walked by arrows and by j and k, and opened by Enter', () => visit('/', {}, async page => {
  await page.keyboard.press('j');
  assert.equal(await focused(page), 'another folder/');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  assert.equal(await focused(page), 'sub/');
  await page.keyboard.press('k');
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(page), 'another folder/');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/another%20folder/');
}));

test('keys: a question mark lists them, Escape closes the list', () => visit('/', {}, async page => {
  await page.keyboard.press('?');
  const list = page.locator('dialog#keys');
  assert.ok(await list.isVisible());
  assert.match(await list.textContent(), /Space\s*preview/);
  await page.keyboard.press('Escape');
  assert.ok(await list.isHidden());
}));

test('Space previews beside the rows where there is room', () => visit('/', {}, async page => {
  await page.locator('.rows a', { hasText: 'notes.txt' }).focus();
  await page.keyboard.press(' ');
  await page.waitForSelector('.preview >> text=Some notes.');
  assert.equal(new URL(page.url()).pathname, '/');
  await page.keyboard.press('j');
  await page.waitForSelector('.preview[data-kind=pdf]');
}));

test('Space previews on a sheet where there is none, and closes it', () => visit('/', { viewport: { width: 390, height: 844 } }, async page => {
  await page.locator('.rows a', { hasText: 'notes.txt' }).focus();
  await page.keyboard.press(' ');
  await page.waitForSelector('dialog.sheet[open] >> text=Some notes.');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog.sheet', { state: 'hidden' });
  assert.equal(await focused(page), 'notes.txt');
}));

test('the folder is downloaded as an archive', () => visit('/sub/', {}, async page => {
  await page.click('.menu summary');
  for (const [form, label] of [['zip', 'ZIP'], ['tar', 'TAR']]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`.menu a >> text=${label}`)]);
    assert.equal(download.suggestedFilename(), `sub.${form}`);
    assert.equal(await download.failure(), null);
    await page.locator('.menu').evaluate(menu => { menu.open = true; });
  }
}));

test('a name in an old encoding is a name like any other', () => visit('/', {}, async page => {
  await page.locator('.rows a', { hasText: '石料.txt' }).click();
  await page.waitForURL('**/%E7%9F%B3%E6%96%99.txt');
  assert.match(await page.locator('body').textContent(), /采石场的资料/);
}));

test('in Chinese for those who ask for it', () => visit('/', { locale: 'zh-CN' }, async page => {
  assert.match(await page.locator('html').getAttribute('lang'), /^zh/);
  assert.match(await page.locator('.count').first().textContent(), /3\s*个文件夹.*15\s*个文件/);
  assert.doesNotMatch(await page.locator('thead, footer').first().textContent(), /[A-Za-z]{4}/);
}));

test('without JavaScript all of it works by links', () => visit('/', { javaScriptEnabled: false }, async page => {
  const rows = page.locator('.rows tbody tr');
  assert.equal(await rows.count(), BY_NAME.length);
  await page.click('thead >> text=Size');
  await page.waitForURL('**/?*sort=size*');
  await page.goto(url);
  await page.fill('input[type=search]', 'file');
  await page.press('input[type=search]', 'Enter');
  await page.waitForURL('**/?*match=file*');
  assert.deepEqual(await rows.locator('td:first-child').allTextContents(), ['file 2.txt', 'file 10.txt']);
  await page.goto(url);
  await page.click('.views a[aria-label=Grid]');
  assert.equal(await page.locator('.tiles li').count(), BY_NAME.length);
  await page.click('.menu summary');
  assert.ok(await page.locator('.menu a').first().isVisible());
  assert.ok(await page.locator('.keys-open').isHidden(), 'what only the script can do is not offered');
}));
