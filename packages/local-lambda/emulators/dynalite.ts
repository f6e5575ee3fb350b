/** Entry of the thread that imitates DynamoDB. */
import assert from 'node:assert';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import conditionParser from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import memoryLevel from 'memory-level';
import { guardLoopback } from '../loopback.ts';
import type { EmulatorData, EmulatorOrder } from './emulator.ts';
import { type Database, endIterators } from './ended-iterators.ts';
import { losingConnections } from './lost-connections.ts';
import { parseOnce } from './parsed-expressions.ts';
import { type ItemModule, refuseItems } from './refused-items.ts';
import { storeText } from './text-store.ts';
import { answerWhatIsThrown } from './thrown-answers.ts';

assert(parentPort, 'runs in a thread');
const data: EmulatorData = workerData;
for (const parser of [conditionParser, projectionParser, updateParser]) parseOnce(parser);
storeText(memoryLevel);
const ofDynalite = createRequire(import.meta.resolve('dynalite'));
const { Level }: { Level: { prototype: Database } } = ofDynalite('level');
const items: ItemModule = ofDynalite('./db');
for (const database of [memoryLevel.MemoryLevel, Level]) endIterators(database);
refuseItems(items);
const { default: dynalite } = await import('dynalite');
const server = dynalite({
  createTableMs: 0,
  ...(data.dataDir ? { path: join(data.dataDir, 'dynalite') } : {}),
});

answerWhatIsThrown(server);
guardLoopback(server);
server.listen(data.port, '127.0.0.1');
await once(server, 'listening');

const loseConnections = losingConnections(server);
parentPort.on('message', (order: EmulatorOrder) => {
  if (order !== 'stop') {
    if ('lose' in order) loseConnections(order.lose);
    return;
  }
  server.close(() => parentPort?.close());
  server.closeAllConnections();
});
const address = server.address();
assert(address && typeof address === 'object', 'listens on a port');
parentPort.postMessage(address.port);
