import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChosenIds,
  chosenIds,
  correlationOf,
  decideAsBefore,
  decideIds,
  idsOf,
  publishableIds,
} from '../../../core/message/correlation.ts';

const UUID = '0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11';
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const trace = { traceparent, tracestate: 'x=1' };
const ownCorrelationId = (said: string | undefined, resource: string) =>
  publishableIds(chosenIds(said, undefined), resource).correlationId;

describe('R08: a producer’s text as the correlation id', () => {
  test.each([UUID, UUID.toUpperCase(), ULID, ULID.toLowerCase(), TRACE_ID])(
    '%s is accepted',
    (said) => {
      expect(ownCorrelationId(said, '{"resourceType":"Patient"}')).toBe(said);
    },
  );

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
  ])('%j is not accepted', (said) => {
    expect(ownCorrelationId(said, '')).toBeUndefined();
  });

  test('a text that the resource contains is not accepted, whatever it looks like', () => {
    const resource = JSON.stringify({ resourceType: 'Patient', id: UUID });
    expect(ownCorrelationId(UUID, resource)).toBeUndefined();
    expect(ownCorrelationId(UUID.toUpperCase(), resource)).toBeUndefined();
  });

  test.each([
    ['without hyphens', UUID, UUID.replaceAll('-', '')],
    ['with hyphens', TRACE_ID, TRACE_ID.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')],
    ['with escapes', UUID, UUID.replace('0', '\\u0030').replace('b', '\\u0062')],
    ['within a longer text, in the other case', ULID, `see ${ULID.toLowerCase()}!`],
  ])('the resource may write it in any way: %s', (_, said, written) => {
    const resource = `{"resourceType":"Patient","id":"${written}"}`;
    expect(ownCorrelationId(said, resource)).toBeUndefined();
  });

  test('nor one that it contains in other writing, with escapes that are none beside it', () => {
    const escaped = (text: string) =>
      text.replaceAll(/[05d-]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    for (const around of ['', '\\u00', '\\u00zz', '\\u00[4', '\\u008', '\\u0', '\\', 'é\u212a']) {
      const resource = `{"a":"${around}${escaped(UUID)}${around}"}`;
      expect([around, ownCorrelationId(UUID, resource)]).toEqual([around, undefined]);
      expect(ownCorrelationId(TRACE_ID, resource)).toBe(TRACE_ID);
    }
  });

  test('a trace whose id the resource contains is dropped, with all its parts', () => {
    const resource = `{"resourceType":"Patient","id":"${TRACE_ID.toUpperCase()}"}`;
    expect(publishableIds({ trace, correlationId: UUID }, resource)).toEqual({
      correlationId: UUID,
    });
    expect(publishableIds({ trace }, '{}')).toEqual({ trace });
  });

  test('every UUID and ULID is accepted; without a text there is none', () => {
    fc.assert(fc.property(fc.uuid(), (said) => ownCorrelationId(said, '') === said));
    fc.assert(fc.property(fc.ulid(), (said) => ownCorrelationId(said, '') === said));
    expect(ownCorrelationId(undefined, '')).toBeUndefined();
  });
});

test('R60: the message id replaces a missing correlation id', () => {
  expect(correlationOf({ messageId: 'm-1' })).toBe('m-1');
  expect(idsOf({ messageId: 'm-1', correlationId: UUID })).toEqual({
    messageId: 'm-1',
    correlationId: UUID,
  });
});

describe('R08: for a resource that is stored elsewhere', () => {
  const origin = { messageId: 'm', sentAt: 1, source: 'a' };
  const undecided: ChosenIds = { correlationId: UUID, trace };

  test('ids are decided once it is loaded', () => {
    expect(decideIds({ ...origin, undecided }, '{}')).toEqual({ ...origin, ...undecided });
    expect(decideIds({ ...origin, undecided }, `{"id":"${UUID}"}`)).toEqual({ ...origin, trace });
    expect(decideIds(origin, '{}')).toEqual(origin);
  });

  test('ids that an older version accepted are decided again', () => {
    const taken = { ...origin, correlationId: UUID };
    expect(decideIds(taken, `{"id":"${UUID}"}`)).toEqual(origin);
    expect(decideIds(taken, '{}')).toEqual(taken);
  });

  test('ids are the ones that its entry recorded at an earlier attempt', () => {
    const before = { ...origin, undecided };
    expect(decideAsBefore(before, UUID)).toEqual({ ...origin, correlationId: UUID });
    expect(decideAsBefore(before, 'another')).toBe(before);
    expect(decideAsBefore(before, undefined)).toBe(before);
  });
});
