import { describe, expect, it } from 'vitest';
import { submitterOf } from '../../demo/submitter.ts';
import type { ConfigInput } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/config-load.ts';

type Sources = NonNullable<ConfigInput['sources']>;
const of = (sources: Sources | undefined, wanted = {}) =>
  submitterOf(loadConfig(sources === undefined ? {} : { sources }, {}), {
    input: [],
    count: 100,
    ...wanted,
  });
const hospital = { senders: ['AROAHOSPITALA'] };

describe('npm start submits', () => {
  it('unsigned if no sources are configured', () => {
    expect(of(undefined)).toEqual({ source: 'default' });
    expect(of(undefined, { source: 'clinic' })).toEqual({ source: 'clinic' });
  });

  it.each([
    ['a role', hospital, { accessKeyId: 'AROAHOSPITALA:local' }],
    ['a user', { senders: ['AIDAHOSPITALA'] }, { accessKeyId: 'AIDAHOSPITALA' }],
    ['the account', { senders: ['000000000000'] }, { accessKeyId: 'test' }],
    [
      'the second of its senders',
      { senders: ['111122223333', 'AIDASECOND'] },
      { accessKeyId: 'AIDASECOND' },
    ],
  ])('signed as %s', (_, source, signed) => {
    expect(of({ known: { a: source as typeof hospital } })).toEqual({ source: 'a', ...signed });
  });

  it('as the first source that may send, or the named one', () => {
    const known: Sources['known'] = {
      lab: { senders: ['AROALAB'], resourceTypes: ['Observation'] },
      births: { senders: ['AROABIRTHS'], lanes: ['critical'] },
      small: { senders: ['AROASMALL'], largestBytes: 500 },
      abroad: { senders: ['111122223333'] },
      a: hospital,
      b: { senders: ['AROAHOSPITALB'] },
    };
    expect(of({ known })).toMatchObject({ source: 'a' });
    expect(of({ known }, { source: 'b' })).toMatchObject({ source: 'b' });
    expect(of({ known }, { source: 'lab', input: ['o.ndjson'] })).toMatchObject({ source: 'lab' });
    const { a: _, b: __, ...without } = known;
    const refusal = () => of({ known: without });
    expect(refusal).toThrow('lab may not send Patient (name files by --input)');
    expect(refusal).toThrow('births may not send to lane background');
    expect(refusal).toThrow('small may send 500 bytes only');
    expect(refusal).toThrow('abroad has no sender that is a role or a user');
    expect(() => of({ known }, { source: 'hospital' })).toThrow(
      '--source hospital is not a source of failsafe.config.ts: lab, births',
    );
  });

  it('under the name alone if senders are not checked', () => {
    expect(of({ senderIds: 'fixed', known: { a: { senders: ['111122223333'] } } })).toEqual({
      source: 'a',
    });
  });

  it('and says how much of it exceeds the rate', () => {
    const known = { a: { ...hospital, ratePerMinute: 60 } } satisfies Sources['known'];
    expect(of({ known }).note).toMatch(/a may send 60 messages a minute/);
    expect(of({ known }, { count: 60 }).note).toBeUndefined();
    expect(of({ known }, { input: ['x.json'] }).note).toBeUndefined();
  });
});
