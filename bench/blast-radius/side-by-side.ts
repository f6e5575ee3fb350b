/** One run: the same messages through all four consumers at the same time, on one runtime. */
import { setTimeout as wait } from 'node:timers/promises';
import { documentsOf } from '../../aws/clients.ts';
import { holdsPending } from '../../demo/queues.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';
import {
  type Account,
  accountOf,
  type Consumer,
  isDrained,
  type Stores,
  sendTo,
} from './consumers.ts';
import type { BenchMessage } from './messages.ts';

export interface Run {
  readonly assembly: string;
  readonly consumers: readonly Consumer[];
  readonly messages: readonly BenchMessage[];
  readonly seed: number;
  /** Share of messages that are delivered again after they were deleted. */
  readonly duplicates: number;
  readonly onLogLine?: (line: string) => void;
}

export interface Result extends Account {
  readonly name: string;
  readonly seconds: number;
}

const ENVIRONMENTS_MAX = 16;
const POLL_MS = 500;
/** Queues report only approximately that they are empty, so they must do so this often in a row. */
const EMPTY_POLLS = 4;
const DEADLINE_MS = 15 * 60_000;

export async function runSideBySide(run: Run): Promise<Result[]> {
  const runtime = await startRuntime({
    assembly: run.assembly,
    environmentsMax: ENVIRONMENTS_MAX,
    duplicates: run.duplicates,
    reorder: true,
    seed: run.seed,
  });
  const clients = createClients(runtime.endpoints);
  const stores: Stores = {
    sqs: clients.sqs,
    dynamodb: documentsOf(clients.dynamodb),
  };
  try {
    return await Promise.all(
      run.consumers.map(async (consumer) => {
        const startedMs = performance.now();
        const sent = await sendTo(stores, consumer, run.messages);
        const endedMs = await drained(stores, consumer, () => runtime.inFlight(holdsPending));
        const account = accountOf(sent, await consumer.ends(stores));
        return { name: consumer.name, ...account, seconds: (endedMs - startedMs) / 1000 };
      }),
    );
  } finally {
    destroyClients(clients);
    await runtime.stop();
  }
}

/**
 * Time at which the consumer's queues became empty for good. Copies may still come while a function
 * works.
 */
async function drained(
  stores: Stores,
  consumer: Consumer,
  inFlight: () => number,
): Promise<number> {
  const deadline = performance.now() + DEADLINE_MS;
  let emptySince: number | undefined;
  let polls = 0;
  while (performance.now() < deadline) {
    if (await isDrained(stores, consumer)) {
      emptySince ??= performance.now();
      polls = inFlight() === 0 ? polls + 1 : polls;
      if (polls >= EMPTY_POLLS) return emptySince;
    } else {
      emptySince = undefined;
      polls = 0;
    }
    await wait(POLL_MS);
  }
  throw new Error(`${consumer.name} was not done within ${DEADLINE_MS / 60_000} minutes`);
}
