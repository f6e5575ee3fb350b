import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { isProbe } from '../../../core/supervision/is-probe.ts';
import { PROBE_PROPERTY } from '../../../core/supervision/supervisor-messages.ts';

test('R33: a probe is recognized by a mark beside the records, not by their content', () => {
  const Records = [{ body: JSON.stringify({ [PROBE_PROPERTY]: true }) }];
  expect(isProbe({ Records } as SQSEvent)).toBe(false);
  expect(isProbe({ Records, [PROBE_PROPERTY]: true } as unknown as SQSEvent)).toBe(true);
});
