/** A world whose resources are delivered to a FHIR server, and cold functions that deliver them. */
import type { ScheduledEvent } from 'aws-lambda';
import type { Machine } from '../../aws/machine.ts';
import { build as buildDeliver } from '../../functions/deliver/build.ts';
import { readEnv as readDeliver } from '../../functions/deliver/env.ts';
import { build as buildResend } from '../../functions/resend/build.ts';
import { readEnv as readResend } from '../../functions/resend/env.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { coldDeps, coldTraces } from './cold.ts';
import type { SqsHandler } from './delivery.ts';
import { contextWith } from './delivery.ts';
import type { Clients } from './functions.ts';
import { buildWorld, type World } from './world.ts';

export interface DeliveryLane {
  readonly world: World;
  readonly deliver: SqsHandler;
  /** One turn of the minute rule. */
  readonly resend: (event?: ScheduledEvent) => Promise<void>;
  /** Of `deliver`. */
  readonly clients: Clients;
  readonly resendClients: Clients;
}

export async function buildDeliveryWorld(
  endpoint: string,
  settings: Record<string, unknown> = {},
): Promise<World> {
  const world = await buildWorld(settings);
  process.env[ENV.deliveryQueueUrl] = world.queues.delivery.url;
  process.env[ENV.deliveryEndpoint] = endpoint;
  return world;
}

/** One environment of `deliver` (and one of `resend`). */
export async function loadDelivery(
  world: World,
  machine: Partial<Machine> = {},
): Promise<DeliveryLane> {
  const deps = { ...coldDeps('deliver'), ...machine };
  const deliver = buildDeliver({
    ...deps,
    env: readDeliver(process.env),
    traces: await coldTraces(),
    fetch: (...request) => fetch(...request),
  });
  const resendDeps = { ...coldDeps('resend'), ...machine };
  const resend = buildResend({
    ...resendDeps,
    env: readResend(process.env),
  });
  return {
    world,
    clients: deps,
    resendClients: resendDeps,
    deliver,
    resend: (event = {} as ScheduledEvent) => resend(event, contextWith()),
  };
}
