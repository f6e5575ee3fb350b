import { expect } from 'vitest';
import { breakersTable } from '../../aws/breakers-table.ts';
import { obey } from '../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import { FHIR_SERVER } from '../../core/delivery/delivery-targets.ts';
import { makePatientDynamo } from './cold.ts';
import type { World } from './world.ts';

type Command =
  | { readonly kind: 'force-open' | 'force-closed'; readonly until: number }
  | { readonly kind: 'reset' };

/** An operator's command for a breaker, by default that of the shared FHIR server. */
export async function forceBreaker(
  { tables }: Pick<World, 'tables'>,
  command: Command,
  service = FHIR_SERVER,
): Promise<void> {
  const store = breakersTable({ name: tables.breakers, dynamo: makePatientDynamo() });
  const word = { ...command, by: 'ada', reason: 'a new server', token: crypto.randomUUID() };
  const before = (await store.load(service)) ?? UNKNOWN_SERVICE;
  const { next } = obey(before, word, Date.now());
  expect(await store.save(service, before, next)).toBe(true);
}
