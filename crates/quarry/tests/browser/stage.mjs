// A server with its materials and a browser in front of it; pages that note what should not happen on them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

import { make } from './material.mjs';

// Where npm has put the driver: NAME/node_modules/playwright-core. Pictures and axe go to NAME.
const driver = process.env.PLAYWRIGHT;
assert.ok(driver && process.env.QUARRY, 'QUARRY and PLAYWRIGHT say where the program and the driver are: see run.mjs');
const require = createRequire(import.meta.url);
const { chromium } = require(driver);
const output = join(dirname(driver), '..');
const AXE_VERSION = '4.14.1';

/**
 * Starts server and browser; both end with the tests of the file. `hasLookUp`: whether names and words are found, and all of
 * them from the start. `folder`: what is served instead of the made materials.
 */
export async function stage({ hasLookUp = false, folder } = {}) {
  const made = make();
  const index = mkdtempSync(join(tmpdir(), 'quarry-index-'));
  const material = { folder: folder ?? made.folder, remove: () => { made.remove(); rmSync(index, { recursive: true }); } };
  const flags = ['--listen', '127.0.0.1:0', '--title', 'Materials', ...hasLookUp ? ['--index', index] : ['--no-lookup']];
  const server = spawn(process.env.QUARRY, [material.folder, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(async () => {
    server.kill('SIGTERM');
    const [code] = server.exitCode === null ? await once(server, 'exit') : [server.exitCode];
    material.remove();
    assert.equal(code, 0);
  });
  const [url] = await once(createInterface(server.stdout), 'line');
  if (hasLookUp) await untilAllIsRead(url);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  after(() => browser.close());

  /**
   * Opens a target, does the work with its page, and makes sure that nothing was wrong on it. `options`: those of the
   * browser's context, and `errors`: what its console may say.
   */
  const visit = async (target, options, work) => {
    const { errors: expected = [], ...contextOptions } = options;
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...contextOptions });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const errors = [];
    const outside = [];
    page.on('console', message => {
      // Of a text or a sound there is no page that could name an icon, so browsers look for one where it always was.
      const isIcon = message.location().url.endsWith('/favicon.ico');
      if (['error', 'warning'].includes(message.type()) && !isIcon) errors.push(message.text());
    });
    page.on('pageerror', error => errors.push(String(error)));
    page.on('request', request => {
      // The browser's own parts, as its viewer of PDF, are no places outside.
      if (/^(https?|wss?|ftp):/.test(request.url()) && !request.url().startsWith(url)) outside.push(request.url());
    });
    try {
      const response = await page.goto(url + target.replace(/^\//, ''));
      await work(page, response);
      const unexpected = errors.filter(error => !expected.some(pattern => pattern.test(error)));
      assert.deepEqual({ unexpected, outside }, { unexpected: [], outside: [] });
    } finally {
      await context.close();
    }
  };
  return { url, visit };
}

/** Waits until the index holds the words of all materials. */
async function untilAllIsRead(url) {
  const end = Date.now() + 30_000;
  for (;;) {
    const { state, documents } = await (await fetch(`${url}-/index?format=json`)).json();
    if (state === 'ready' && documents > 0) return;
    assert.ok(Date.now() < end, `the index is ${state} with ${documents} documents after half a minute`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** No part of the page is beyond the side of the window. */
export async function fitsTheWindow(page) {
  const { scroll, width, culprits } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isBeyond = node => node.getBoundingClientRect().right > width + 1 && !node.closest('.scroll, pre, .skip');
    const culprits = [...document.querySelectorAll('body *')].filter(isBeyond).slice(0, 5).map(node => node.outerHTML.slice(0, 120));
    return { scroll: document.documentElement.scrollWidth, width, culprits };
  });
  assert.ok(scroll <= width, `${scroll} px on ${width} px: ${culprits.join('\n')}`);
}

/** The script of axe, installed when it is not there: by itself, for npm would remove the driver beside it. */
function axe() {
  const folder = join(output, `axe-${AXE_VERSION}`);
  const script = join(folder, 'node_modules', 'axe-core', 'axe.min.js');
  if (!existsSync(script)) {
    mkdirSync(folder, { recursive: true });
    // npm installs into the nearest folder above that has one: it must not look for it up there.
    writeFileSync(join(folder, 'package.json'), '{}\n');
    const install = ['install', '--no-save', '--silent', '--prefix', folder, `axe-core@${AXE_VERSION}`];
    assert.equal(spawnSync('npm', install, { stdio: 'inherit' }).status, 0, 'axe-core cannot be installed');
  }
  return readFileSync(script, 'utf8');
}

/** What axe finds against WCAG 2.2 AA. */
export async function violations(page) {
  // By the protocol of the debugger, for the policy of the page rightly allows no script of others.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe() });
  const run = 'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })'
    + '.then(found => JSON.stringify(found.violations))';
  const { result } = await session.send('Runtime.evaluate', { expression: run, awaitPromise: true });
  const name = ({ id, impact, nodes }) => nodes.map(node => `${impact} ${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`);
  return JSON.parse(result.value).flatMap(name);
}

/** Keeps a picture for people to look at. */
export async function picture(page, name) {
  await page.screenshot({ path: join(output, `${name}.png`), fullPage: true });
}
