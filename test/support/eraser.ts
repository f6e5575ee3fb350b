/** An operator who erases, in this process, with SDK clients of its own and a clock that does not wait. */
import { randomUUID } from 'node:crypto';
import { readErasures } from '../../aws/erasures-table.ts';
import { type EraseStage, erase, type Request, replay, survey } from '../../cli/erase/run.ts';
import type { AuditFact } from '../../core/audit/audit-fact.ts';
import { makeClients, testHashKey } from './cold.ts';
import { bucketAt, tableAt } from './handles.ts';
import type { World } from './world.ts';

export const placeOf = ({ tables, bucket }: World): EraseStage => ({
  resourcesTable: tableAt(tables.resources),
  quarantineTable: tableAt(tables.quarantine),
  erasuresTable: tableAt(tables.erasures),
  bucket: bucketAt(bucket),
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

type Rest<F> = F extends (place: EraseStage, ...rest: infer R) => unknown ? R : never;

/** Each command is a process of its own. */
export async function loadEraser() {
  const own = makeClients();
  const ours = (place: EraseStage): EraseStage => ({
    ...place,
    resourcesTable: tableAt(place.resourcesTable.name, own),
    quarantineTable: tableAt(place.quarantineTable.name, own),
    erasuresTable: tableAt(place.erasuresTable.name, own),
    bucket: bucketAt(place.bucket.name, own),
  });
  const facts: AuditFact[] = [];
  const waits: number[] = [];
  const said: string[] = [];
  let later = 0;
  const hashKey = testHashKey();
  const surroundings = {
    recorder: {
      publish: async (sent: readonly AuditFact[]) => void facts.push(...sent),
      hash: () => hashKey.hash(),
      now: () => Date.now() + later,
      newId: randomUUID,
    },
    wait: async (ms: number) => {
      waits.push(ms);
      later += ms;
    },
    say: (line: string) => void said.push(line),
  };
  return {
    erase: (place: EraseStage, ...rest: Rest<typeof erase>) => erase(ours(place), ...rest),
    survey: (place: EraseStage, ...rest: Rest<typeof survey>) => survey(ours(place), ...rest),
    replay: (place: EraseStage, ...rest: Rest<typeof replay>) => replay(ours(place), ...rest),
    readErasures: (table: string, after?: number) => readErasures(tableAt(table, own), after),
    clients: [own],
    ...{ facts, waits, said, surroundings },
  };
}
