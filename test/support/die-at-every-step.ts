/**
 * Makes a handler die after its k-th call to AWS, for every k, and lets SQS deliver again. The check must
 * hold each time.
 */
import { expect } from 'vitest';
import { skipTime } from './clock.ts';
import { dieAfterCall } from './death.ts';
import { contextWith, receive, remove, type SqsHandler } from './delivery.ts';
import type { Clients } from './functions.ts';
import type { Queue } from './provision.ts';
import type { World } from './world.ts';

const CALLS_MAX = 60;
/** Longer than any visibility timeout, and longer than an attempt can run. */
const LATER_MS = 120_000;

/** One environment of a function, to be killed. */
export interface Doomed {
  readonly handler: SqsHandler;
  readonly clients: readonly Clients[];
  /** More clients of it whose calls count. */
  readonly others?: readonly object[];
  readonly close?: () => Promise<void>;
}

export interface Story {
  /** Steps over that many calls at a time, for many equal reads; 1 unless given. */
  readonly stride?: number;
  readonly build: () => Promise<World>;
  readonly queue: (world: World) => Queue;
  readonly load: (world: World) => Promise<Doomed>;
  prepare(world: World): Promise<void>;
  /** What healthy environments do afterwards. */
  finish(world: World): Promise<void>;
  check(world: World): Promise<void>;
}

/** For k = 1, 2, 3 … until it survives, having made fewer than k calls; returns how many it makes. */
export async function dieAtEveryStep(story: Story): Promise<number> {
  for (let k = 1; k <= CALLS_MAX; k += story.stride ?? 1) {
    const world = await story.build();
    await story.prepare(world);
    const doomed = await story.load(world);
    const died = await invokeOnce(story.queue(world), doomed, k);
    await doomed.close?.();
    skipTime(LATER_MS);
    await story.finish(world);
    await story.check(world);
    if (!died) return k - (story.stride ?? 1);
  }
  throw new Error(`the handler makes more than ${CALLS_MAX} calls`);
}

async function invokeOnce(queue: Queue, doomed: Doomed, k: number): Promise<boolean> {
  const death = dieAfterCall(k, doomed);
  const records = await receive(queue);
  expect(records.length).toBeGreaterThan(0);
  const answer = await Promise.race([
    doomed.handler({ Records: records }, contextWith(60_000)),
    death.happened,
  ]);
  if (answer === 'died') return true;
  const failed = new Set(answer.batchItemFailures.map((failure) => failure.itemIdentifier));
  await remove(
    queue,
    records.filter((record) => !failed.has(record.messageId)),
  );
  return false;
}
