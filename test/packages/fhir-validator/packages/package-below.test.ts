import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPackageFolder } from '../../../../packages/fhir-validator/packages/fhir-package.ts';

test.each(['package', 'guide/package', 'guide'])(
  'in a folder without definitions, the message names the packages in %s',
  (sub) => {
    const folder = mkdtempSync(join(tmpdir(), 'package-below-'));
    writeFileSync(join(folder, 'package.json'), '{"name":"a","version":"1.0.0"}');
    expect(() => readPackageFolder(folder)).toThrow(/beside its package\.json\.$/);
    mkdirSync(join(folder, sub), { recursive: true });
    writeFileSync(
      join(folder, sub, 'ValueSet-x.json'),
      '{"resourceType":"ValueSet","url":"http://x"}',
    );
    expect(() => readPackageFolder(folder)).toThrow(`Did you mean ${join(folder, sub)}?`);
    rmSync(folder, { recursive: true });
  },
);

test('a file in place of a folder is told apart from what does not exist', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-below-'));
  const file = join(folder, 'guide.tar.gz');
  writeFileSync(file, '');
  expect(() => readPackageFolder(file)).toThrow(
    `${file}: a file that is not named .tgz; a package is that or a folder`,
  );
  rmSync(folder, { recursive: true });
  expect(() => readPackageFolder(file)).toThrow(`${file}: there is no such folder`);
});
