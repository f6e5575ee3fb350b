/** Emulators, a stand-in FHIR server, and for each test a cold `deliver` on a stage of its own. */
import { afterEach, beforeEach, expect } from 'vitest';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import type { Machine } from '../../aws/machine.ts';
import { storeResource } from '../../aws/resources-table.ts';
import {
  type Downstream,
  type DownstreamOptions,
  startDownstream,
} from '../../demo/downstream/server.ts';
import { later } from './clock.ts';
import { contextWith, type Delivery, deliver } from './delivery.ts';
import { buildDeliveryWorld, type DeliveryLane, loadDelivery } from './delivery-lane.ts';
import { bucketAt, queueAt, tableAt } from './handles.ts';
import { itemsOf } from './stores.ts';
import { useEmulators } from './use-emulators.ts';
import type { World } from './world.ts';

export interface HeldCalls {
  readonly count: () => number;
  readonly finish: () => void;
}

/** Valid only inside tests. */
export class DeliveryStage {
  #downstream: Downstream | undefined;
  #world: World | undefined;
  #lane: DeliveryLane | undefined;
  #later = later;

  get downstream(): Downstream {
    return present(this.#downstream);
  }
  get world(): World {
    return present(this.#world);
  }
  get lane(): DeliveryLane {
    return present(this.#lane);
  }

  /** A new stage with other settings, or with another server than the stand-in. */
  async build(settings: Record<string, unknown> = {}, endpoint?: string): Promise<void> {
    this.#world = await buildDeliveryWorld(endpoint ?? this.downstream.endpoint, settings);
    await this.reload();
  }

  /** Cold environments on the same stage, which read their environment variables again. */
  async reload(): Promise<void> {
    this.#lane = await loadDelivery(this.world, { later: this.#later });
  }

  /** Another server in place of the current one. */
  async restartDownstream(
    options: DownstreamOptions = {},
    timers: Machine['later'] = later,
  ): Promise<void> {
    this.#later = timers;
    await this.#downstream?.stop();
    this.#downstream = await startDownstream(options);
    await this.build();
  }

  /**
   * A server that holds calls while it is slow until `finish` is called. Each call is given up once the
   * server has it, however slow the machine is; `timeoutMs` identifies the timer of a call.
   */
  async holdCalls(timeoutMs: number, options: DownstreamOptions = {}): Promise<HeldCalls> {
    const held: (() => void)[] = [];
    const pending = new Set<() => void>();
    const timers: Machine['later'] = (ms, run) => {
      if (ms !== timeoutMs) return later(ms, run);
      pending.add(run);
      return () => pending.delete(run);
    };
    const wait = () =>
      new Promise<void>((resolve) => {
        held.push(resolve);
        const [first] = pending;
        if (first) pending.delete(first);
        first?.();
      });
    await this.restartDownstream({ ...options, wait }, timers);
    return {
      count: () => held.length,
      finish: () => {
        for (const each of held.splice(0)) each();
      },
    };
  }

  /** Stores a version of a resource as `validate` does, and sends its trigger. */
  async store(
    id: string | undefined,
    version: number,
    messageId = `m-${id}-${version}`,
    { source = 'default', resourceType = 'Patient', text = textOf(id, version) } = {},
  ): Promise<string> {
    const { tables, bucket, queues } = this.world;
    const { pk } = await storeResource(
      {
        table: tableAt(tables.resources),
        bucket: bucketAt(bucket),
        inlineBytesMax: 1_000,
        delivered: true,
      },
      {
        origin: { messageId, sentAt: version, source },
        lane: 'background',
        resourceType,
        resourceId: id,
        text,
      },
      Date.now(),
    );
    expect(await sendTriggers(queueAt(queues.delivery), [pk])).toEqual([undefined]);
    return pk;
  }

  /** One delivery of the visible triggers. */
  turn(): Promise<Delivery | undefined> {
    return deliver(this.lane.deliver, this.world.queues.delivery, {
      context: contextWith(60_000),
    });
  }

  /** The one item of Resources. */
  async resource(): Promise<Record<string, unknown>> {
    return (await itemsOf(this.world.tables.resources))[0] ?? {};
  }

  async stopDownstream(): Promise<void> {
    await this.#downstream?.stop();
  }
}

export function useDeliveryStage(): DeliveryStage {
  const stage = new DeliveryStage();
  useEmulators();
  beforeEach(() => stage.restartDownstream());
  afterEach(() => stage.stopDownstream());
  return stage;
}

/** The text of a version of a resource. */
export const textOf = (id: string | undefined, version: number) =>
  JSON.stringify({ resourceType: 'Patient', id, language: `v${version}` });

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a stage exists inside tests only');
  return value;
}
