import type { Access } from '../access/access.ts';
import type { OnRefused } from '../access/permissions.ts';
import type { Endpoints } from '../clients.ts';
import { moduleBeside } from '../module-beside.ts';
import type { Call } from './calls.ts';
import { startEmulator } from './emulator.ts';

export type Emulators = {
  endpoints: Endpoints;
  /** Performs an action of SQS. */
  call: Call;
  /** Drops the idle connections of this client to all stores without telling it. */
  loseConnections(clientId: string): void;
  stop(): Promise<void>;
};

/** Starts all stores on free ports. With `dataDir` their data is kept. Functions may do what `access` says, and `onRefused` hears of the rest. */
export async function startEmulators(
  dataDir: string | undefined,
  access?: Access,
  onRefused?: OnRefused,
): Promise<Emulators> {
  const data = { port: 0, ...(access ? { access } : {}), ...(dataDir ? { dataDir } : {}) };
  const [fauxqs, dynalite] = await Promise.all([
    startEmulator(moduleBeside(import.meta.url, 'fauxqs'), data, onRefused),
    startEmulator(moduleBeside(import.meta.url, 'dynalite'), data, onRefused),
  ]);
  return {
    endpoints: { sqs: fauxqs.endpoint, dynamodb: dynalite.endpoint },
    call: fauxqs.call,
    loseConnections(clientId) {
      for (const emulator of [fauxqs, dynalite]) emulator.loseConnections(clientId);
    },
    async stop() {
      await Promise.all([fauxqs.stop(), dynalite.stop()]);
    },
  };
}
