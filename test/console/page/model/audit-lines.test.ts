import { expect, test } from 'vitest';
import { aboutLine, auditLines } from '../../../../console/page/model/audit-lines.ts';

const entry = (sequence: number, kind: string, reason?: string) => ({
  ...{ sequence, kind, at: sequence, recordedAt: sequence, component: 'validate', details: {} },
  ...(reason && { reason }),
  hash: '',
});

test('equal facts in a row are one line, with their number and the newest time', () => {
  const entries = [
    ...[entry(9, 'process-crash'), entry(8, 'process-crash'), entry(7, 'page')],
    ...[entry(6, 'process-crash'), entry(5, 'process-crash', 'x')],
  ];
  const lines = auditLines(entries, 4);
  expect(lines.map(({ at, kind, times }) => `${at} ${times}× ${kind}`)).toEqual([
    '9 2× process-crash',
    '7 1× page',
    '6 1× process-crash',
    '5 1× process-crash',
  ]);
  expect(auditLines(entries, 1)).toHaveLength(1);
});

test('what a fact is about has its times for people', () => {
  const details = { service: 'fhir-server', generation: 4, openUntil: Date.UTC(2026, 11, 1) };
  expect(aboutLine(details)).toBe(
    'service fhir-server, generation 4, openUntil 2026-12-01T00:00:00.000Z',
  );
});
