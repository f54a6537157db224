// The X-ray, as people use it: requests as they come, one of them as six stations, with and without script, by every hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitsTheWindow, picture, stage, violations } from './stage.mjs';

const { url, visit } = await stage();
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const targets = page => page.locator('.requests tbody tr:not([hidden]) a').allTextContents();
const ask = (target, headers = {}) => fetch(url + target, { headers, redirect: 'manual' }).then(answer => answer.text());
const row = (page, target) => page.locator('.requests tbody a', { hasText: target }).first();

test('requests come by themselves, the newest on top', () => visit('/-/xray', {}, async page => {
  await page.locator('[role=status]', { hasText: 'live' }).waitFor();
  await ask('notes.txt?one');
  await ask('notes.txt?two', { Cookie: 'secret=1' });
  await row(page, '/notes.txt?two').waitFor();
  const seen = (await targets(page)).filter(target => target.startsWith('/notes.txt?'));
  assert.deepEqual(seen.slice(0, 2), ['/notes.txt?two', '/notes.txt?one']);
  // Looking makes requests too, and is not what anybody wants to see.
  assert.ok(!(await targets(page)).some(target => target.includes('/-/xray')));
  await page.getByRole('button', { name: 'Pause' }).click();
  await ask('notes.txt?three');
  await ask('nothing.txt');
  await page.waitForTimeout(600);
  assert.ok(!(await targets(page)).includes('/notes.txt?three'));
  await page.getByRole('button', { name: 'Go on' }).click();
  await row(page, '/nothing.txt').waitFor();
  await page.locator('.panel input').fill('404 NOTHING');
  assert.deepEqual([...new Set(await targets(page))], ['/nothing.txt']);
  await page.locator('.panel input').fill('no such words');
  assert.equal(await page.locator('.seen .empty').isVisible(), true);
}));

test('a click shows the journey beside the list, a station at a time', () => visit('/-/xray', {}, async page => {
  await ask('notes.txt?journey', { 'If-None-Match': '*', Cookie: 'secret=1' });
  await row(page, '?journey').click();
  const pane = page.locator('.pane .journey');
  await pane.waitFor();
  assert.equal(await pane.locator('h1').textContent(), 'GET /notes.txt?journey');
  assert.match(await pane.locator('.count').first().textContent(), /^304 Not Modified/);
  assert.match(await pane.locator('.verdict').textContent(), /the client has these bytes already.*RFC 9110 §15\.4\.5/);
  const stations = await pane.locator('.way a').evaluateAll(links => links.map(link => link.firstChild.textContent.trim()));
  assert.deepEqual(stations, ['Socket', 'Bytes', 'Request', 'Rules', 'Material', 'Response']);
  const open = () => pane.locator('.station:visible h2').allTextContents();
  assert.deepEqual(await open(), ['Response']);
  await pane.getByRole('link', { name: 'Bytes' }).click();
  assert.deepEqual(await open(), ['Bytes']);
  const bytes = await pane.locator('#bytes .bytes').textContent();
  assert.ok(bytes.includes('If-None-Match: *') && bytes.includes('********') && !bytes.includes('secret'), bytes);
  assert.equal(await pane.locator('#bytes .bytes .k1').textContent(), 'GET');
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await open(), ['Request']);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.deepEqual(await open(), ['Socket']);
  assert.match(await pane.locator('#socket').textContent(), /a program on this machine/);
  await fitsTheWindow(page);
}));

test('a line of bars shows where the time went, and each step leads to its station', () => visit('/-/xray', {}, async page => {
  await ask('notes.txt?times');
  await row(page, '?times').click();
  const times = page.locator('.pane .times');
  const line = times.locator('summary .lapse');
  const { width, height } = await line.boundingBox();
  assert.ok(width > 300 && height >= 8, `${width} by ${height}`);
  // All of it is covered, in the colours of the stations.
  const bars = await line.locator('rect').evaluateAll(bars => bars.map(bar => [bar.x.baseVal.value, bar.width.baseVal.value, getComputedStyle(bar).fill]));
  assert.ok(bars.length >= 3 && bars.at(0)[0] === 0 && bars.at(-1)[0] + bars.at(-1)[1] >= 996, JSON.stringify(bars));
  assert.ok(bars.every(([, , fill]) => fill !== 'rgb(0, 0, 0)'), JSON.stringify(bars));
  assert.equal(await times.locator('table').isVisible(), false);
  await times.locator('summary').click();
  const steps = await times.locator('[scope=row]').allTextContents();
  assert.deepEqual(steps.slice(0, 3), ['the connection is accepted', 'the first byte has come', 'the head is complete and understood']);
  assert.equal(steps.filter(step => step === 'the kernel has all of it').length, 1);
  await times.getByRole('link', { name: 'the head is complete' }).click();
  assert.deepEqual(await page.locator('.pane .station:visible h2').allTextContents(), ['Request']);
  await fitsTheWindow(page);
}));

test('the journey can be taken along', () => visit('/-/xray', { permissions: ['clipboard-read', 'clipboard-write'] }, async page => {
  await ask('notes.txt?copy');
  await row(page, '?copy').click();
  const copy = page.getByRole('button', { name: 'Copy as text' });
  await copy.click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(text.startsWith('GET /notes.txt?copy → 200 OK'), text);
  assert.ok(/\n6 Response/.test(text), text);
  const json = await page.locator('.journey .acts a', { hasText: 'JSON' }).getAttribute('href');
  const journey = await (await fetch(new URL(json, url))).json();
  assert.equal(journey.target, '/notes.txt?copy');
  assert.deepEqual(Object.keys(journey.stations).sort(), ['bytes', 'material', 'request', 'response', 'rules', 'socket']);
}));

test('by keys alone', () => visit('/-/xray', {}, async page => {
  await ask('notes.txt?keys');
  await row(page, '?keys').waitFor();
  await row(page, '?keys').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '/notes.txt?keys');
  await page.keyboard.press('Enter');
  await page.locator('.pane .journey').waitFor();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search');
}));

test('a listing leads to it, discreetly', () => visit('/', {}, async page => {
  await page.locator('.foot').getByRole('link', { name: 'X-ray' }).click();
  assert.equal(await page.locator('h1').textContent(), 'X-ray');
}));

test('without a script there are the latest requests, and a page for each', async () => {
  await visit('/-/xray', { javaScriptEnabled: false }, async page => {
    await ask('notes.txt?plain');
    await page.locator('.again').click();
    await row(page, '?plain').waitFor();
    await page.locator('.panel input').fill('?plain');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=.*plain/);
    assert.deepEqual(await targets(page), ['/notes.txt?plain']);
    await row(page, '?plain').click();
    assert.equal(await page.locator('h1').textContent(), 'GET /notes.txt?plain');
    assert.equal(await page.locator('.station:visible').count(), 6);
    await fitsTheWindow(page);
    await page.getByRole('link', { name: 'All requests' }).click();
    assert.equal(await page.locator('h1').textContent(), 'X-ray');
  });
});

test('a request that is not kept is said to be gone', () => visit('/-/xray/9-9', { errors: [/404/] }, async (page, response) => {
  assert.equal(response.status(), 404);
  assert.match(await page.locator('main').textContent(), /not kept any more/);
}));

test('in Chinese', () => visit('/-/xray', { locale: 'zh-CN' }, async page => {
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await ask('notes.txt?zh');
  await row(page, '?zh').click();
  await page.locator('.pane .journey').waitFor();
  assert.match(await page.locator('.pane .verdict').textContent(), /发送完整的表示/);
  assert.equal(await page.locator('.pane .way').textContent().then(text => text.includes('套接字')), true);
}));

test('HTTP/2 is not taken for a broken request', () => visit('/-/xray', {}, async page => {
  await ask('notes.txt?before');
  await row(page, '?before').waitFor();
  assert.ok(!(await targets(page)).some(target => target.startsWith('PRI')));
}));

for (const [scheme, device, options] of [
  ['light', 'desktop', {}], ['dark', 'desktop', {}], ['light', 'phone', PHONE], ['dark', 'phone', PHONE],
]) {
  test(`it looks right: ${device}, ${scheme}`, () => visit('/-/xray', { colorScheme: scheme, ...options }, async page => {
    await ask('notes.txt', { 'Accept-Encoding': 'br, gzip', Authorization: 'Basic YTpi' });
    await ask('missing/page.html', { Range: 'bytes=0-9' });
    await ask('notes.txt?token=abc', { Range: 'bytes=0-9' });
    await row(page, 'token').waitFor();
    await fitsTheWindow(page);
    assert.deepEqual(await violations(page), []);
    await picture(page, `xray-list-${device}-${scheme}`);
    await row(page, 'token').click();
    await page.locator('.journey').waitFor();
    await page.locator('.times summary').click();
    await fitsTheWindow(page);
    assert.deepEqual(await violations(page), []);
    await picture(page, `xray-times-${device}-${scheme}`);
    await page.locator('.times summary').click();
    assert.match(await page.locator('.journey h1').textContent(), /token=\*\*\*/);
    for (const station of ['response', 'bytes', 'material']) {
      await page.locator(`.way a[href="#${station}"]`).click();
      await fitsTheWindow(page);
      assert.deepEqual(await violations(page), []);
      await picture(page, `xray-${station}-${device}-${scheme}`);
    }
  }));
}
