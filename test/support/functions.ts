/** Loads functions anew, as a cold environment does: with the environment variables of now. */
import { vi } from 'vitest';
import type { Clients } from '../../aws/clients.ts';
import type { SqsHandler } from './delivery.ts';

export type { Clients };
export type FunctionName = 'validate' | 'quarantine' | 'incident';

export interface Functions extends Readonly<Record<FunctionName, SqsHandler>> {
  /** The SDK clients of each, to inject faults into. */
  readonly clients: readonly Clients[];
  close(): Promise<void>;
}

const ALL: readonly FunctionName[] = ['validate', 'quarantine', 'incident'];

/** Each has modules of its own, for on AWS no two functions share a process. */
export async function loadFunctions(names: readonly FunctionName[] = ALL): Promise<Functions> {
  const clients: Clients[] = [];
  const closes: (() => Promise<void>)[] = [];
  const handlers = { validate: absent, quarantine: absent, incident: absent };
  for (const name of names) {
    vi.resetModules();
    clients.push(await import('../../aws/clients.ts'));
    const { handler, close } = await load[name]();
    handlers[name] = handler as unknown as SqsHandler;
    if (close !== undefined) closes.push(close);
  }
  return {
    ...handlers,
    clients,
    async close() {
      await Promise.all(closes.map((close) => close()));
    },
  };
}

type Loaded = { handler: unknown; close?: () => Promise<void> };

const load: Record<FunctionName, () => Promise<Loaded>> = {
  async validate() {
    const { handler, pool } = await import('../../functions/validate/handler.ts');
    return { handler, close: () => pool.close() };
  },
  quarantine: () => import('../../functions/quarantine/handler.ts'),
  incident: () => import('../../functions/incident/handler.ts'),
};

const absent: SqsHandler = () => Promise.reject(new Error('this function was not loaded'));
