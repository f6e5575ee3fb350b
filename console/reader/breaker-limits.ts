/**
 * The limits that open each breaker of a stage, from the settings that the stack gives its
 * functions.
 */
import { z } from 'zod';
import { findFunction } from '../../cli/stage-function.ts';
import { isFhirServer } from '../../core/delivery/delivery-targets.ts';
import { pluginOf } from '../../core/supervision/plugin-switch.ts';
import { placesIn, SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { deliverSettingsSchema, tripOf } from '../../functions/deliver/settings.ts';
import { TERMINOLOGY_SERVER } from '../../functions/validate/terminology/service.ts';
import { terminologySettingsSchema } from '../../functions/validate/terminology/settings.ts';
import type { TripOf } from './breakers.ts';

const deliverTripSchema = deliverSettingsSchema.pick({ breakerFailures: true, breakerShare: true });
const terminologyTripSchema = z.object({
  terminology: terminologySettingsSchema.pick({ breakerFailures: true }),
});

/** The settings of a function. @throws TargetError, UsageError */
export async function settingsOf(stage: string, name: string): Promise<unknown> {
  const { variable } = await findFunction(stage, name);
  return JSON.parse(variable('settings') ?? '{}');
}

/** If a function's settings cannot be read, the limits of its breakers are unknown. */
export async function readTrips(stage: string): Promise<TripOf> {
  const ask = (name: string) => settingsOf(stage, name).catch(() => undefined);
  const [deliver, validate] = await Promise.all([ask('deliver'), ask('validate-background')]);
  const delivery = deliverTripSchema.safeParse(deliver).data;
  const terminology = terminologyTripSchema.safeParse(validate).data?.terminology;
  return (service) => {
    if (pluginOf(service) !== undefined) return intensityOfPlugins();
    if (isFhirServer(service)) return delivery && tripOf(delivery);
    if (service !== TERMINOLOGY_SERVER || terminology === undefined) return undefined;
    return { kind: 'consecutive', failures: terminology.breakerFailures };
  };
}

/** As in functions/validate/plugins/switches.ts. */
function intensityOfPlugins() {
  const host = placesIn(SUPERVISION_TREE).find(({ node }) => node.name === 'plugin-host');
  const [supervisor] = host?.above ?? [];
  if (supervisor === undefined) return undefined;
  const { intensity, periodMs } = supervisor;
  return { kind: 'intensity', intensity, periodMs } as const;
}
