/** A world whose codes are checked with a terminology server, and a cold `validate`. */

import type { TerminologySettings } from '../../functions/validate/terminology/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { type Functions, loadFunctions } from './functions.ts';
import { patient } from './resources.ts';
import { buildWorld, type World } from './world.ts';

/** Long enough for any busy machine. */
const PATIENT = { callTimeoutMs: 60_000, budgetMs: 120_000 };

export async function buildTerminologyWorld(
  endpoint: string,
  terminology: Partial<TerminologySettings> = {},
): Promise<World> {
  const world = await buildWorld({
    deadlineMs: 5_000,
    terminology: { ...PATIENT, ...terminology },
  });
  process.env[ENV.terminologyEndpoint] = endpoint;
  return world;
}

/** One environment, with a memory of its own. */
export const loadValidate = (): Promise<Functions> => loadFunctions(['validate']);

/** Its media type has a required binding to a value set whose codes the definitions do not have. */
export const photographed = (id: string, contentType = 'image/png'): string =>
  patient({ id, photo: [{ contentType }] });

/** The same with an extensible binding. */
export const measured = (id: string, unit: string): string =>
  JSON.stringify({
    resourceType: 'ObservationDefinition',
    id,
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    code: { text: 'x' },
    quantitativeDetails: {
      unit: { coding: [{ system: 'http://unitsofmeasure.org', code: unit }] },
    },
  });
