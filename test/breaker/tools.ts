/** What breakers need in tests: a clock that tests move, no randomness, and a record of events. */

import { expect } from 'vitest';
import { realMachine } from '../../aws/machine.ts';
import type { Breakers, BreakersTools } from '../../breaker/breakers.ts';
import { MemoryStore } from '../../breaker/memory-store.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../../core/breaker/breaker-store.ts';

let tokens = 0;

export interface TestTools extends BreakersTools {
  clock: number;
  draw: number;
  readonly events: string[];
}

export function testTools(): TestTools {
  const events: string[] = [];
  const tools: TestTools = {
    clock: 1_000_000,
    draw: 0,
    events,
    now: () => tools.clock,
    random: () => tools.draw,
    token() {
      tokens += 1;
      return `t${tokens}`;
    },
    pause: async () => {},
    later: realMachine.later,
    onTransition: (_service, { from, to }) => events.push(`${from} to ${to}`),
    onOwnTransition: (_service, { from, to }) => events.push(`alone: ${from} to ${to}`),
    published: async () => {},
    onForced: (_service, { by }) => events.push(`forced by ${by}`),
    onStoreFault: () => events.push('store fault'),
    onRefused: (_service, { why }) => events.push(`refused: ${why}`),
    onProbe: () => events.push('probe'),
  };
  return tools;
}

/** A store that many environments share, which counts calls and may fail. */
export class CountingStore implements BreakerStore {
  readonly #inner = new MemoryStore();
  reads = 0;
  writes = 0;
  down: 'no' | 'all' | 'saves' | 'answers to saves' | 'first answers' = 'no';

  async load(service: string): Promise<BreakerState | undefined> {
    this.reads += 1;
    if (this.down === 'all') throw new Error('throttled');
    return this.#inner.load(service);
  }

  async save(service: string, before: BreakerState, next: BreakerState): Promise<boolean> {
    this.writes += 1;
    if (this.down === 'all' || this.down === 'saves') throw new Error('throttled');
    const saved = await this.#inner.save(service, before, next);
    if (this.down === 'answers to saves') throw new Error('no answer');
    // The SDK tries again, and finds its own earlier write.
    if (this.down === 'first answers') return this.#inner.save(service, before, next);
    return saved;
  }
}

/** A service, and calls to it. */
export const S = 'fhir-server';
export const timeoutMs = 1_000;
export const works = async () => 'answer';
export const fails = async () => {
  throw new Error('boom');
};

/** Fails often enough to open the breaker. */
export async function trip(breakers: Breakers): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
  }
}
