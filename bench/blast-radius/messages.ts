/** The messages of a run: healthy patients and, spread among them, killers. */

import { patient } from '../../demo/sample/patient.ts';
import { seededRandom } from '../../demo/sample/random.ts';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';

export const FAULTS = ['throw', 'hang', 'heap', 'exit', 'kill'] as const;
/** Of the plugin `chaos`, which has a system of its own. */
export const PLUGIN_FAULTS = ['crash', 'hang', 'grow', 'exit', 'garble', 'flood'] as const;
const PLUGIN_CHAOS_SYSTEM = 'https://fhir-failsafe.dev/chaos-plugin';

export type Fault = (typeof FAULTS)[number];
export type Killer = Fault | `plugin-${(typeof PLUGIN_FAULTS)[number]}`;

export interface BenchMessage {
  readonly text: string;
  readonly killer: boolean;
}

/** `count` messages of which `killersOfEach` perform each of the faults, in a seeded order. */
export function messagesOf(
  count: number,
  faults: readonly Killer[],
  killersOfEach: number,
  seed: number,
): BenchMessage[] {
  const random = seededRandom(seed);
  const places = random.shuffle(Array.from({ length: count }, (_, n) => n));
  const fates = new Map<number, Killer>();
  for (const fault of faults) {
    for (let n = 0; n < killersOfEach; n++) fates.set(places[fates.size] ?? 0, fault);
  }
  return Array.from({ length: count }, (_, n) => {
    const fault = fates.get(n);
    const resource = patient(random);
    if (fault === undefined) return { text: JSON.stringify(resource), killer: false };
    const tag = [tagOf(fault)];
    return { text: JSON.stringify({ ...resource, meta: { ...resource.meta, tag } }), killer: true };
  });
}

function tagOf(fault: Killer): { system: string; code: string } {
  return fault.startsWith('plugin-')
    ? { system: PLUGIN_CHAOS_SYSTEM, code: fault.slice('plugin-'.length) }
    : { system: CHAOS_SYSTEM, code: fault };
}
