/** What is installed besides npm's lockfile, and the bill of materials of a release. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FILES, problemsOf as pinProblems } from '../../.ci/python-pins.mjs';
import { problemsOf as sbomProblems } from '../../.ci/sbom.mjs';
import { ACKNOWLEDGED, problemsOf as checkProblems } from '../../.ci/template-checks.mjs';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const HASH = `sha256:${'a'.repeat(64)}`;

describe('Python packages are pinned by version and hash', () => {
  test.each(FILES.map((file) => [file]))('in %s', (file) => {
    const text = read(file);
    expect(text.match(/^[a-z].*==/gim)?.length).toBeGreaterThan(15);
    expect(pinProblems(text)).toEqual([]);
  });

  test.each([
    ['no hash', 'a==1.0', /a: has no SHA-256/],
    ['a range', `a>=1.0 --hash=${HASH}`, /is no package of one version/],
    ['an address', `a @ https://example.org/a.whl --hash=${HASH}`, /is no package/],
    ['another index', '--index-url https://example.org', /is no package/],
    ['a weak hash', `a==1.0 --hash=${HASH} --hash=md5:abc`, /a: has a weak hash/],
    ['a cut hash', 'a==1.0 --hash=sha256:abc', /a: has no SHA-256/],
  ])('a line is refused that has %s', (_, line, problem) => {
    expect(pinProblems(`# pins\n${line}\n`)).toEqual([expect.stringMatching(problem)]);
    expect(pinProblems(`a==1.0 ; python_full_version < '3.11' \\\n    --hash=${HASH}\n`)).toEqual(
      [],
    );
  });
});

describe('the bill of materials', () => {
  const integrity = `sha512-${Buffer.from('x'.repeat(64)).toString('base64')}`;
  const content = Buffer.from('x'.repeat(64)).toString('hex');
  const component = { purl: 'pkg:npm/%40a/b@1.0.0', hashes: [{ alg: 'SHA-512', content }] };
  const lockfile = { packages: { '': {}, 'node_modules/@a/b': { version: '1.0.0', integrity } } };
  const sbom = (...components: (typeof component)[]) => ({ bomFormat: 'CycloneDX', components });

  test('names each package of the lockfile by version and hash', () => {
    expect(sbomProblems(sbom(component), lockfile)).toEqual([]);
  });

  test.each([
    ['lacks a package', sbom(), /@1.0.0 is missing/],
    ['has another hash', sbom({ ...component, hashes: [] }), /has another hash/],
    [
      'names a package that is not installed',
      sbom(component, { ...component, purl: 'pkg:npm/c@1' }),
      /c@1 is in no lockfile/,
    ],
    ['is of another kind', { bomFormat: 'SPDX' }, /not CycloneDX/],
  ])('is refused if it %s', (_, wrong, problem) => {
    expect(sbomProblems(wrong, lockfile)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('checkov', () => {
  const failed = [{ stage: 'dev', check: 'CKV_1', resource: 'AWS::S3::Bucket.Logs' }];
  const one = { check: 'CKV_1', stages: ['dev'], resources: /Logs/, reason: 'because' };

  test('may report what is acknowledged with a reason', () => {
    expect(checkProblems(failed, [one])).toEqual([]);
    for (const { reason, check } of ACKNOWLEDGED) expect(reason.length, check).toBeGreaterThan(30);
  });

  test.each([
    ['nobody acknowledged', [], 1],
    ['of another stage', [{ ...one, stages: ['prod'] }], 2],
    ['of another resource', [{ ...one, resources: /Bodies/ }], 2],
    ['of another check', [{ ...one, check: 'CKV_2' }], 2],
    ['and no acknowledgement outlives its failure', [one, { ...one, stages: ['prod'] }], 1],
  ])('may report nothing else: %s', (_, acknowledged, problems) => {
    expect(checkProblems(failed, acknowledged)).toHaveLength(problems);
  });
});
