/**
 * `validate --ig` and `--profile`, with a home, and so a package cache, of its own.
 */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, constraint, profile } from '../../packages/fhir-validator/support/guide.ts';
import { cli } from '../../support/cli.ts';

const WARDS = fileURLToPath(new URL('../../packages/fhir-validator/package', import.meta.url));
const URL_OF = 'http://example.org/fhir/StructureDefinition/';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'validate-ig-'));
  await cp(WARDS, join(home, 'wards'), { recursive: true });
  await writeFile(join(home, 'p.json'), '{"resourceType":"Patient","active":true}');
  await writeFile(join(home, 'o.json'), '{"resourceType":"Organization","name":"a"}');
});
afterAll(() => rm(home, { recursive: true }));

async function validate(...args: string[]) {
  const env = { HOME: home, USERPROFILE: home };
  const { status, out, err } = await cli(['validate', ...args], { cwd: home, env });
  return { exitCode: status, stdout: out, stderr: err.trimEnd() };
}
const COMPILED = /^example\.fhir\.ward#1\.0\.0: compiled in [\d.]+ s$/m;
const KEPT = /^example\.fhir\.ward#1\.0\.0: compiled before, loaded in [\d.]+ s$/m;

describe('R07: --ig', () => {
  test('compiles a package, validates resources against its profiles, and caches the result', async () => {
    const args = ['--ig', './wards', '--profile', `${URL_OF}ward-patient`, 'p.json'];
    const first = await validate(...args);
    expect(first.stderr).toMatch(COMPILED);
    expect(first.stdout).toContain('profile/min  Patient  example.fhir.ward#1.0.0');
    expect(first.exitCode).toBe(1);
    const second = await validate(...args);
    expect(second.stderr).toMatch(KEPT);
    expect(second.stdout).toBe(first.stdout);
    const folder = join(home, '.fhir/packages/.compiled-by-fhir-failsafe');
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('compiles a package again after its content changed', async () => {
    const changed = join(home, 'changed');
    await cp(WARDS, changed, { recursive: true });
    expect((await validate('--ig', changed, 'p.json')).stderr).toMatch(KEPT);
    await writeFile(
      join(changed, 'more.json'),
      JSON.stringify(profile('more', 'Organization', [{ id: 'Organization.name', min: 1 }])),
    );
    const { exitCode, stderr } = await validate('--ig', changed, 'o.json');
    expect(stderr).toMatch(COMPILED);
    expect(exitCode).toBe(0);
  });

  test('reports what cannot be enforced, unless it is accepted', async () => {
    const gap = profile('gap', 'Patient', [{ id: 'Patient', ...constraint('gap-1', 'foo()') }]);
    await cp(WARDS, join(home, 'gaps'), { recursive: true });
    await writeFile(join(home, 'gaps/gap.json'), JSON.stringify(gap));
    const { exitCode, stderr } = await validate('--ig', 'gaps', 'p.json');
    expect(stderr).toMatch(/^not enforced: .*\/gap: invariant gap-1 of Patient: /m);
    expect(stderr).toMatch(new RegExp(`^error: .* --allow-partial ${CANONICAL}gap$`, 'm'));
    expect(exitCode).toBe(2);
    const args = ['--ig', 'gaps', '--allow-partial', `${CANONICAL}gap`, 'p.json'];
    const accepted = await validate(...args);
    expect(accepted.stderr).toMatch(/^not enforced, accepted by allowPartial: .*gap-1/m);
    expect(accepted.exitCode).toBe(0);
  });
});

describe('R07: mistakes of the command line are one line each', () => {
  test.each([
    [['--ig', 'nowhere'], /^error: .*nowhere: no such file or folder/],
    [['--ig', 'p.json'], /^error: .*p\.json/],
    [
      ['--profile', 'http://a.b/nothing'],
      /^error: no profile http:\/\/a\.b\/nothing: name its package/,
    ],
    [['--profile', 'bodywieght'], /did you mean http:\/\/hl7\.org\/\S+\/bodyweight\?$/],
    [
      ['--profile', 'http://hl7.org/fhir/StructureDefinition/bp|9'],
      /the loaded version is 4\.0\.1$/,
    ],
    [['--allow-partial', 'http://a.b/c'], /^error: --allow-partial needs --ig$/m],
  ])('%j', async (options, said) => {
    const { exitCode, stderr, stdout } = await validate(...options, 'p.json');
    expect(stderr.split('\n')).toHaveLength(1);
    expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test('a profile of a type that no resource had is reported', async () => {
    const bp = 'http://hl7.org/fhir/StructureDefinition/bp';
    const { exitCode, stderr } = await validate('--profile', bp, 'p.json');
    expect(stderr).toContain(`nothing was checked against ${bp}: there was no Observation`);
    expect(exitCode).toBe(0);
  });
});
