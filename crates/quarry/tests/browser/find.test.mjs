// The look-up, as people use it: the box while typing, the page of what was found, with and without script, by every hand.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { fitsTheWindow, picture, stage, violations } from './stage.mjs';

const { url, visit } = await stage({ hasLookUp: true });
// The picture in the README is made anew when asked for: LOOK_UP_PICTURE=docs/look-up.png
const path = process.env.LOOK_UP_PICTURE;
const example = path && await stage({ hasLookUp: true, folder: join(dirname(fileURLToPath(import.meta.url)), '../../../../examples/site') });

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const box = page => page.locator('.box input');
const list = page => page.locator('#suggest');
const options = page => page.locator('#suggest [role=option]');
const names = page => page.locator('#suggest [role=group]').first().locator('b').allTextContents();
const chosen = page => page.evaluate(() =>
  document.getElementById(document.querySelector('.box input').getAttribute('aria-activedescendant'))?.textContent ?? null);
const headings = page => page.locator('.hits h2').allTextContents();

test('typing suggests: names first, then words, both marked', () => visit('/', {}, async page => {
  await page.keyboard.press('/');
  await page.keyboard.type('notes');
  await list(page).waitFor();
  const groups = await page.locator('#suggest [role=group]').evaluateAll(all => all.map(group => group.ariaLabel));
  assert.deepEqual(groups, ['Names', 'Words', 'Find'].filter(name => groups.includes(name)));
  assert.equal(groups[0], 'Names');
  assert.equal((await names(page))[0], 'notes.txt');
  assert.equal(await page.locator('#suggest mark').first().textContent(), 'notes');
  assert.match(await page.locator('.said').textContent(), /^\d+ suggestions?$/);
  // What is under the box is there soon after the last letter.
  const times = await page.evaluate(async () => {
    const times = [];
    for (const words of ['n', 'no', 'not', 'ston', 'stones']) {
      const box = document.querySelector('.box input');
      const list = document.querySelector('#suggest');
      const seen = new Promise(resolve => {
        new MutationObserver((_, observer) => { observer.disconnect(); resolve(); }).observe(list, { childList: true });
      });
      const start = performance.now();
      box.value = words;
      box.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await seen;
      times.push(performance.now() - start);
    }
    return times.sort((one, other) => one - other);
  });
  // On a busy machine some come late; what the page can do is how soon the first one comes.
  assert.ok(times[0] < 100, `suggestions came after ${times} ms`);
}));

test('the list is walked by arrows, and the box is a place in it', () => visit('/', {}, async page => {
  await page.keyboard.press('/');
  await page.keyboard.type('file');
  await list(page).waitFor();
  const count = await options(page).count();
  assert.equal(await chosen(page), null);
  await page.keyboard.press('ArrowDown');
  assert.match(await chosen(page), /^file/);
  assert.equal(await page.locator('#suggest [aria-selected=true]').count(), 1);
  await page.keyboard.press('ArrowUp');
  assert.equal(await chosen(page), null);
  await page.keyboard.press('ArrowUp');
  assert.match(await chosen(page), /All that is found for/);
  for (let step = 0; step < 2; step++) await page.keyboard.press('ArrowDown');
  assert.match(await chosen(page), /^file/);
  assert.ok(count >= 3);
  await page.keyboard.press('Escape');
  assert.ok(await list(page).isHidden());
  assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
  assert.equal(await box(page).inputValue(), 'file', 'what was typed stays');
}));

test('Enter goes to what is chosen, and else to the page of all', () => visit('/', {}, async page => {
  await box(page).fill('notes.txt');
  await list(page).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/notes.txt');
  await page.goto(url);
  await box(page).fill('gneiss');
  await list(page).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/-/find?q=gneiss');
  assert.ok((await headings(page)).includes('stones.csv'), String(await headings(page)));
  assert.equal(await page.locator('.snippet mark').first().textContent(), 'gneiss');
  // Enter at once, before anything could be suggested.
  await page.goto(url);
  await box(page).fill('gneiss');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/-/find?q=gneiss');
}));

test('letters on their way to become a character are not looked for', () => visit('/', {}, async page => {
  const asked = [];
  page.on('request', request => request.url().includes('/-/suggest') && asked.push(new URL(request.url()).searchParams.get('q')));
  await box(page).focus();
  const session = await page.context().newCDPSession(page);
  for (const text of ['s', 'sh', 'shi', 'shi l', 'shi liao']) {
    await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await page.waitForTimeout(60);
  }
  assert.deepEqual(asked, []);
  // Enter takes the letters as they are, or the first character: either belongs to the input method.
  await box(page).dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true });
  assert.equal(new URL(page.url()).pathname, '/');
  await session.send('Input.insertText', { text: '石料' });
  await list(page).waitFor();
  assert.deepEqual(asked, ['石料']);
  assert.equal((await names(page))[0], '石料.txt');
}));

test('only the last answer counts', () => visit('/', {}, async page => {
  await page.route('**/-/suggest?*q=note&*', async route => { await new Promise(resolve => setTimeout(resolve, 400)); await route.continue().catch(() => {}); });
  await box(page).focus();
  await page.keyboard.type('note');
  await page.waitForTimeout(80);
  await page.keyboard.type('xyz');
  await page.waitForTimeout(600);
  assert.match(await options(page).last().textContent(), /notexyz/);
}));

test('the folder at hand can be looked in alone', () => visit('/sub/', {}, async page => {
  await box(page).fill('txt');
  await list(page).waitFor();
  await page.click('#suggest >> text=Only in');
  await page.waitForURL('**/-/find?q=txt%20in%3A%2Fsub%2F');
  assert.equal(await box(page).inputValue(), 'txt in:/sub/');
  const places = await page.locator('.where').allTextContents();
  assert.ok(places.length > 0 && places.every(place => place.startsWith('sub')), String(places));
  await page.click('.facets [aria-current]');
  await page.waitForURL('**/-/find?q=txt');
}));

test('facets narrow down and open up again', () => visit('/-/find?q=stone', {}, async page => {
  const before = (await headings(page)).length;
  await page.click('.facets a >> text=csv');
  await page.waitForURL('**/-/find?q=stone%20type%3Acsv');
  assert.deepEqual(await headings(page), ['stones.csv']);
  await page.click('.facets [aria-current]');
  assert.equal((await headings(page)).length, before);
}));

test('a hit can be looked at without leaving, and by keys alone', () => visit('/-/find?q=gneiss', {}, async page => {
  await page.keyboard.press('j');
  await page.keyboard.press(' ');
  await page.waitForSelector('.preview >> text=gneiss');
  assert.equal(new URL(page.url()).pathname, '/-/find');
  await page.keyboard.press('Escape');
  await page.click('.hits .peek');
  await page.waitForSelector('dialog.sheet[open] .preview');
}));

test('a word in an old encoding is found by people who type it today', () => visit('/-/find?q=%E8%AF%BB%E6%87%82', {}, async page => {
  assert.deepEqual(await headings(page), ['石料.txt']);
  assert.equal(await page.locator('.snippet mark').first().textContent(), '读懂');
}));

test('nothing found says so and what to try', () => visit('/-/find?q=xylophone%20type%3Apdf', {}, async page => {
  assert.match(await page.locator('main').textContent(), /Nothing has these words\..*Look everywhere for xylophone.*What can be typed/s);
}));

test('without words the page teaches them', () => visit('/-/find', {}, async page => {
  assert.equal(await page.locator('.operators code').count(), 8);
  await box(page).fill('chalk');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/-/find?q=chalk');
}));

test('what is missing is looked for', () => visit('/elsewhere/notes.txt', { errors: [/404/] }, async page => {
  assert.equal(await box(page).inputValue(), 'notes.txt');
  await page.click('.similar >> text=notes.txt');
  await page.waitForURL(`${url}notes.txt`);
}));

test('without JavaScript it is a form and a page', () => visit('/', { javaScriptEnabled: false }, async page => {
  await box(page).fill('gneiss');
  await page.press('.box input', 'Enter');
  await page.waitForURL('**/-/find?q=gneiss');
  assert.ok((await headings(page)).includes('stones.csv'));
  await page.click('.hits .peek');
  await page.waitForURL('**/*?preview');
}));

test('the index tells how far it is', () => visit('/-/index', {}, async page => {
  assert.match(await page.locator('main').textContent(), /materials can be found\..*Found by name\d+.*Index on disk/s);
}));

const pages = [
  ['find', '/-/find?q=stone', {}],
  ['find-nothing', '/-/find?q=xylophone', {}],
  ['ask', '/-/find', {}],
  ['index', '/-/index', {}],
  ['find-missing', '/elsewhere/stones.csv', { errors: [/404/] }],
  ['find-listing', '/', {}],
];
for (const [name, target, options] of pages) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${name}, ${colorScheme}: fit for everybody`, () => visit(target, { ...options, colorScheme }, async page => {
      await picture(page, `${name}-desktop-${colorScheme}`);
      assert.deepEqual(await violations(page), []);
      await fitsTheWindow(page);
    }));
    test(`${name}, ${colorScheme}, in Chinese on a phone: fit for everybody`, () => visit(target, { ...options, ...PHONE, colorScheme, locale: 'zh-CN' }, async page => {
      await picture(page, `${name}-390-${colorScheme}-zh`);
      assert.deepEqual(await violations(page), []);
    }));
  }
  for (const width of [320, 390]) {
    test(`${name}: fits a screen of ${width} px`, () => visit(target, { ...options, ...PHONE, viewport: { width, height: 844 } }, async page => {
      await picture(page, `${name}-${width}-light`);
      await fitsTheWindow(page);
    }));
  }
}

for (const [name, options] of [['desktop', {}], ['390', PHONE]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`suggestions, ${name}, ${colorScheme}: fit for everybody`, () => visit('/sub/', { ...options, colorScheme }, async page => {
      await box(page).fill('stone');
      await list(page).waitFor();
      await page.keyboard.press('ArrowDown');
      await picture(page, `suggest-${name}-${colorScheme}`);
      assert.deepEqual(await violations(page), []);
      await fitsTheWindow(page);
      if (options === PHONE) {
        await page.tap('.shut');
        assert.ok(await list(page).isHidden());
      }
    }));
  }
}

if (path) {
  test('the picture in the README', () => example.visit('/notes/', { viewport: { width: 1200, height: 660 } }, async page => {
    await page.keyboard.press('/');
    await page.keyboard.type('sand');
    await list(page).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.screenshot({ path });
  }));
}
