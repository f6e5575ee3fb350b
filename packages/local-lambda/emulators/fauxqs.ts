/** Entry of the thread that imitates SQS, SNS and S3. */
import assert from 'node:assert';
import { parentPort, workerData } from 'node:worker_threads';
import { buildApp } from 'fauxqs';
import { guardCalls } from '../access/guarded-app.ts';
import { Permissions } from '../access/permissions.ts';
import { guardLoopback } from '../loopback.ts';
import { answeringCalls } from './answer-calls.ts';
import type { EmulatorData, EmulatorOrder } from './emulator.ts';
import { addressQueuesByHost, takeEmptyObjects } from './fauxqs-fixes.ts';
import { createStores, persistStores } from './fauxqs-stores.ts';
import { endPollsOfTheGone } from './gone-pollers.ts';
import { addGuardedObjects } from './guarded-objects.ts';
import { losingConnections } from './lost-connections.ts';
import { toldBy } from './refusals.ts';
import { refuseObjects } from './refused-objects.ts';
import type { Store } from './sent-attributes.ts';
import { addVersionedBuckets } from './versioned-buckets.ts';

assert(parentPort, 'runs in a thread');
const data: EmulatorData = workerData;
const stores = await createStores();
const app = buildApp({ logger: false, stores });
if (data.access) guardCalls(app, new Permissions(data.access, toldBy(parentPort)));
endPollsOfTheGone(app, stores.sqsStore);
takeEmptyObjects(app);
addressQueuesByHost(app);
refuseObjects(app);
addGuardedObjects(app);
addVersionedBuckets(app, stores.s3Store);
guardLoopback(app.server);
const endpoint = await app.listen({ host: '127.0.0.1', port: data.port });
const close = data.dataDir ? await persistStores(stores, data.dataDir, endpoint) : () => {};

const loseConnections = losingConnections(app.server);
const answer = answeringCalls(stores.sqsStore as unknown as Store, parentPort);
parentPort.on('message', async (order: EmulatorOrder) => {
  if (order !== 'stop') {
    if ('lose' in order) loseConnections(order.lose);
    else await answer(order);
    return;
  }
  await app.close();
  close();
  parentPort?.close();
});
parentPort.postMessage(Number(new URL(endpoint).port));
