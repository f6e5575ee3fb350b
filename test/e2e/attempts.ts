import { expect } from 'vitest';
import { z } from 'zod';
import type { Item } from './services.ts';

const attemptsSchema = z.array(
  z.object({
    crash: z.string().optional(),
    ended: z.number().optional(),
    ownProcess: z.boolean().optional(),
  }),
);

/**
 * A dead letter has had its attempts, and no more (R02): two whose crash was seen, or three including those
 * in which an environment died. On a busy machine an environment may time out around a healthy worker: that
 * costs an attempt, or none around a process of its own.
 */
export function expectSpent(item: Item | undefined): void {
  const attempts = attemptsSchema.parse(item?.['attempts']);
  const seen = attempts.filter(({ crash, ended }) => crash !== undefined && ended !== undefined);
  const died = attempts.filter(
    ({ ended, ownProcess }) => ended === undefined && ownProcess !== true,
  );
  const isEnough = seen.length === 2 || seen.length + died.length >= 3;
  expect(isEnough, JSON.stringify(attempts)).toBe(true);
  expect(seen.length, JSON.stringify(attempts)).toBeLessThanOrEqual(2);
}
