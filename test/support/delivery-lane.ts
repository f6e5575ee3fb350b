/** A world whose resources are delivered to a FHIR server, and the functions that do it, cold. */
import type { ScheduledEvent } from 'aws-lambda';
import { vi } from 'vitest';
import { ENV } from '../../telemetry/env-names.ts';
import type { SqsHandler } from './delivery.ts';
import { contextWith } from './delivery.ts';
import type { Clients } from './functions.ts';
import { buildWorld, type World } from './world.ts';

export interface DeliveryLane {
  readonly world: World;
  readonly deliver: SqsHandler;
  /** One turn of the minute rule. */
  readonly resend: (event?: ScheduledEvent) => Promise<void>;
  readonly clients: Clients;
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

/** One environment of `deliver` (and one of `resend`), with modules of its own. */
export async function loadDelivery(world: World): Promise<DeliveryLane> {
  vi.resetModules();
  const clients: Clients = await import('../../aws/clients.ts');
  const { handler } = await import('../../functions/deliver/handler.ts');
  const resend = await import('../../functions/resend/handler.ts');
  return {
    world,
    clients,
    deliver: handler as unknown as SqsHandler,
    resend: async (event = {} as ScheduledEvent) => {
      await resend.handler(event, contextWith());
    },
  };
}
