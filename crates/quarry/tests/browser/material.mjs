// A folder with one of each kind of material, made anew for each run.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const README = `# A quarry of materials

Some *materials* to look at, with a [link to a text](notes.txt) and \`code\`.

| stone | hardness |
|-------|---------:|
| chalk |        1 |
| gneiss|        7 |
`;

const GUIDE = `# Guide

## First

Words, and [a link](notes.txt).

## Second

> A quotation.

\`\`\`rust
fn main() { println!("stone"); }
\`\`\`

## Third

- [x] done
- [ ] not yet

<script>document.title = 'written by a script';</script>
<img src="https://elsewhere.invalid/spy.png" alt="outer picture">
`;

const CODE = `// Sorts stones.
export function sort(stones) {
  return [...stones].sort((a, b) => a.weight - b.weight); // ${'a long line '.repeat(30)}
}
`;

// "采石场的资料:先找到,再读懂,最后才能用上。" in GBK, several times over, so that it can be told.
const GBK = Buffer.from('b2c9caafb3a1b5c4d7cac1cfa3bacfc8d5d2b5bda3acd4d9b6c1b6aea3acd7eebaf3b2c5c4dcd3c3c9cfa1a30a'.repeat(8), 'hex');

// Name, content, and seconds since the first of March 2024: what sorts by time.
const files = () => [
  ['README.md', README, 10],
  ['guide.md', GUIDE, 20],
  ['file 2.txt', 'second\n'.repeat(30), 30],
  ['file 10.txt', 'tenth\n'.repeat(300), 40],
  ['notes.txt', 'Some notes.\n', 50],
  ['石料.txt', GBK, 60],
  ['sort.js', CODE, 70],
  ['stones.csv', 'stone,hardness\nchalk,1\n"gneiss, grey",7\n', 80],
  ['picture.png', png(320, 200), 90],
  ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>', 95],
  ['sound.wav', wav(), 100],
  ['film.webm', Buffer.from('1a45dfa3', 'hex'), 105],
  ['paper.pdf', pdf(), 110],
  ['data.bin', Buffer.alloc(3000, 7), 120],
  [`a-very-long-name-${'that-goes-on-'.repeat(9)}to-its-end.tar.gz`, 'gzip', 130],
  ['sub/inner.txt', 'inner\n', 140],
  ['sub/deeper/deepest.txt', 'deepest\n', 150],
  ['another folder/a.txt', 'a\n', 160],
  ['empty/.keep', '', 170],
];

/** Makes the folder. */
export function make() {
  const folder = mkdtempSync(join(tmpdir(), 'quarry-'));
  for (const [name, content, seconds] of files()) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, 1709251200 + seconds, 1709251200 + seconds);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

function png(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = y => Buffer.from([0, ...Array.from({ length: width }, (_, x) => [x % 256, y % 256, 120]).flat()]);
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => row(y)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

// A quarter of a second of 440 Hz.
function wav() {
  const rate = 8000;
  const samples = Buffer.from(Array.from({ length: rate / 4 }, (_, at) => 128 + 60 * Math.sin(at * 440 * 2 * Math.PI / rate)));
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

function pdf() {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    '<</Length 40>>stream\nBT /F1 24 Tf 20 40 Td (A paper) Tj ET     \nendstream',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj${object}endobj\n`;
    return String(place).padStart(10, '0');
  });
  const table = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${places.map(place => `${place} 00000 n \n`).join('')}`;
  return `${text}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
}
