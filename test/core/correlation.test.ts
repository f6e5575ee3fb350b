import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correlationOf, idsOf, ownCorrelationId } from '../../core/correlation.ts';

const UUID = '0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11';
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('R08: what of a producer’s text is its correlation id', () => {
  test.each([UUID, UUID.toUpperCase(), ULID, ULID.toLowerCase(), TRACE_ID])('%s is', (said) => {
    expect(ownCorrelationId(said, '{"resourceType":"Patient"}')).toBe(said);
  });

  test.each([
    'Wilhelmina Smith',
    '1931-02-17',
    '123.456.789-09',
    '',
    `${UUID} `,
    `${UUID}\n`,
    `x${TRACE_ID}`,
    TRACE_ID.slice(1),
    '81ARZ3NDEKTSV4RRFFQ69G5FAV',
    '01ARZ3NDEKTSV4RRFFQ69G5FAU',
  ])('%j is not', (said) => {
    expect(ownCorrelationId(said, '')).toBeUndefined();
  });

  test('what the resource itself holds is not, whatever it looks like', () => {
    const resource = JSON.stringify({ resourceType: 'Patient', id: UUID });
    expect(ownCorrelationId(UUID, resource)).toBeUndefined();
    expect(ownCorrelationId(UUID.toUpperCase(), resource)).toBeUndefined();
  });

  test('every UUID and ULID is; none said is none', () => {
    fc.assert(fc.property(fc.uuid(), (said) => ownCorrelationId(said, '') === said));
    fc.assert(fc.property(fc.ulid(), (said) => ownCorrelationId(said, '') === said));
    expect(ownCorrelationId(undefined, '')).toBeUndefined();
  });
});

test('R60: the message id stands for what a producer did not give', () => {
  expect(correlationOf({ messageId: 'm-1' })).toBe('m-1');
  expect(idsOf({ messageId: 'm-1', correlationId: UUID })).toEqual({
    messageId: 'm-1',
    correlationId: UUID,
  });
});
