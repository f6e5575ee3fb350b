import { expect, test } from 'vitest';
import { Tally } from '../../telemetry/tally.ts';

test('R60: counts above 0 are metrics, and all counts are in the log line', () => {
  const emitted: Record<string, number> = {};
  const lines: unknown[] = [];
  const log = (message: string, ...fields: unknown[]) => void lines.push([message, ...fields]);
  const logger = { debug: log, info: log, warn: log, error: log };
  const tally = new Tally(
    3,
    (name, count) => {
      emitted[name] = count;
    },
    logger,
  );
  tally.add('Valid', 2);
  tally.add('Valid');
  tally.add('Suspects', 0);
  tally.report('batch', { ms: 5 });
  expect(emitted).toEqual({ Valid: 3 });
  expect(lines).toEqual([['batch', { ms: 5, Messages: 3, Valid: 3, Suspects: 0 }]]);
});
