/** `npm run permissions`: the table of permissions.ts for the assembly in the folder given. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PermissionsTemplate, permissionRows } from './permissions.ts';

const [folder = 'cdk.out'] = process.argv.slice(2);
const files = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
for (const file of files) {
  const template: PermissionsTemplate = JSON.parse(await readFile(join(folder, file), 'utf8'));
  console.log(file.replace('.template.json', ''));
  let current = '';
  for (const row of permissionRows(template)) {
    if (row.function !== current) console.log(`\n${row.function}`);
    current = row.function;
    console.log(`  ${row.purpose.padEnd(24)} ${row.actions}`);
    console.log(`  ${''.padEnd(24)}   on ${[row.resources, row.only].join(' ').trim()}`);
  }
}
