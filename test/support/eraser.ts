/** An operator who erases, in this process, with SDK clients of its own and a clock that does not wait. */
import { vi } from 'vitest';
import type { ErasePlace, Request } from '../../cli/erase/run.ts';
import type { AuditFact } from '../../core/audit/audit-fact.ts';
import { HASH_KEY_ARN } from './emulators.ts';
import type { Clients } from './functions.ts';
import type { World } from './world.ts';

export const placeOf = ({ tables, bucket }: World): ErasePlace => ({
  resourcesTable: tables.resources,
  quarantineTable: tables.quarantine,
  erasuresTable: tables.erasures,
  bucket,
  settleMs: 40_000,
});

export const requestFor = (id: string, more: Partial<Request> = {}): Request => ({
  source: 'default',
  id,
  by: 'ana',
  reason: 'ticket 17',
  shared: 'erase',
  ...more,
});

/** Loaded anew, as each command is a process of its own. */
export async function loadEraser() {
  vi.resetModules();
  const clients: Clients[] = [await import('../../aws/clients.ts')];
  const { erase, survey, replay } = await import('../../cli/erase/run.ts');
  const { readErasures } = await import('../../aws/erasures-table.ts');
  const { keyedHash } = await import('../../aws/keyed-hash.ts');
  const facts: AuditFact[] = [];
  const waits: number[] = [];
  const said: string[] = [];
  let later = 0;
  const surroundings = {
    recorder: {
      tell: async (told: readonly AuditFact[]) => void facts.push(...told),
      hash: () => keyedHash(HASH_KEY_ARN),
      now: () => Date.now() + later,
    },
    wait: async (ms: number) => {
      waits.push(ms);
      later += ms;
    },
    say: (line: string) => void said.push(line),
  };
  return { erase, survey, replay, readErasures, clients, facts, waits, said, surroundings };
}
