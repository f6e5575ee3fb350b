/** `node packages/build.mjs NAME`: compiles a package to JavaScript and types, into its `dist/`. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [name = ''] = process.argv.slice(2);
const folder = join(import.meta.dirname, name);
const dist = join(folder, 'dist');
rmSync(dist, { recursive: true, force: true });
cpSync(join(import.meta.dirname, '../LICENSE'), join(dist, 'LICENSE'));
const tsc = join(import.meta.dirname, '../node_modules/.bin/tsc');
execFileSync(tsc, ['-p', folder], { stdio: 'inherit' });
for (const file of readdirSync(folder)) {
  if (file.endsWith('.d.ts')) cpSync(join(folder, file), join(dist, file));
}

// Generated code is JavaScript already, but imports what was TypeScript.
const generated = join(folder, 'generated');
if (existsSync(generated)) {
  cpSync(generated, join(dist, 'generated'), { recursive: true });
  for (const file of readdirSync(generated)) {
    const path = join(dist, 'generated', file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, source.replaceAll(/(from '\.\.?\/[^']*)\.ts'/g, "$1.js'"));
  }
}
