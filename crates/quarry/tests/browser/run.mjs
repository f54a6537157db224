// node run.mjs PROGRAM: all browser tests against a build of Quarry, by hand; `cargo x test` starts them itself.
// Installs what drives the browser when it is missing.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const program = process.argv[2] ?? process.env.QUARRY;
if (!program) {
  console.error('node run.mjs PROGRAM: which build of quarry?');
  process.exit(2);
}

// The version that the tests were written with.
const driver = 'playwright-core@1.64.1';
const target = resolve(here, '../../../..', process.env.CARGO_TARGET_DIR ?? 'target', 'browser');
const installed = join(target, 'node_modules', 'playwright-core');
if (!existsSync(installed)) {
  mkdirSync(target, { recursive: true });
  // npm installs into the nearest folder above that has one: it must not look for it up there.
  writeFileSync(join(target, 'package.json'), '{}\n');
  const { status } = spawnSync('npm', ['install', '--no-save', '--silent', '--prefix', target, driver], { stdio: 'inherit' });
  if (status !== 0) process.exit(2);
}

const tests = readdirSync(here).filter(name => name.endsWith('.test.mjs')).map(name => join(here, name));
const { stdout, status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', '--test-concurrency=1', ...tests], {
  env: { ...process.env, QUARRY: resolve(program), PLAYWRIGHT: installed },
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const count = name => Number(stdout.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
if (status !== 0) process.stdout.write(stdout);
console.log(`${count('pass')} passed, ${count('fail') + count('cancelled')} failed`);
process.exit(status ?? 1);
