import { expect, test } from 'vitest';
import { matches, narrowingOf } from '../../../cli/quarantine/filter.ts';

const ENTRY = {
  fingerprint: 'f00d',
  kind: 'rejection',
  lane: 'critical',
  source: 'clinic',
  reason: 'Unknown code in gender',
} as const;

test('an entry must match every filter that is given', () => {
  expect(matches({}, ENTRY)).toBe(true);
  expect(matches({ ...ENTRY, text: 'CODE IN' }, ENTRY)).toBe(true);
  const others = [
    { fingerprint: 'f00' },
    { kind: 'dead-letter' },
    { lane: 'background' },
    { source: 'clini' },
    { text: 'codes' },
  ] as const;
  for (const other of others) expect(matches({ ...ENTRY, ...other }, ENTRY)).toBe(false);
});

test('an entry without the field does not match', () => {
  const { lane, source } = ENTRY;
  for (const filter of [
    { fingerprint: 'f00d' },
    { kind: 'rejection' },
    { text: 'code' },
  ] as const) {
    expect(matches(filter, { lane, source })).toBe(false);
  }
});

test('options that filter nothing are left out', () => {
  const options = { lane: 'critical', text: 'x', rate: 5, fingerprint: 'f00d' } as const;
  expect(narrowingOf(options)).toEqual({ lane: 'critical', text: 'x' });
});
