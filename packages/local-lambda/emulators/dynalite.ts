/** Entry of the thread that imitates DynamoDB. */
import assert from 'node:assert';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import memoryLevel from 'memory-level';
import type { Access } from '../access/access.ts';
import { type Action, guarding, noteCallers } from '../access/guarded-tables.ts';
import { Permissions } from '../access/permissions.ts';
import { guardLoopback } from '../loopback.ts';
import type { EmulatorData, EmulatorOrder } from './emulator.ts';
import { type Database, endIterators } from './ended-iterators.ts';
import { losingConnections } from './lost-connections.ts';
import { parseAllOnce } from './parsed-expressions.ts';
import { toldBy } from './refusals.ts';
import { type ItemModule, refuseItems } from './refused-items.ts';
import { storeText } from './text-store.ts';
import { answerWhatIsThrown } from './thrown-answers.ts';

/** Those that dynalite has. */
const OPERATIONS = [
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'],
  ...['BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteTable', 'DescribeTable'],
  ...['DescribeTimeToLive', 'ListTables', 'TagResource', 'UntagResource', 'ListTagsOfResource'],
  'UpdateTable',
];

assert(parentPort, 'runs in a thread');
const data: EmulatorData = workerData;
parseAllOnce();
storeText(memoryLevel);
const ofDynalite = createRequire(import.meta.resolve('dynalite'));
const { Level }: { Level: { prototype: Database } } = ofDynalite('level');
const items: ItemModule = ofDynalite('./db');
for (const database of [memoryLevel.MemoryLevel, Level]) endIterators(database);
refuseItems(items);
if (data.access) guardActions(data.access);
const { default: dynalite } = await import('dynalite');
const server = dynalite({
  createTableMs: 0,
  ...(data.dataDir ? { path: join(data.dataDir, 'dynalite') } : {}),
});

noteCallers(server);
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

/**
 * dynalite's entry takes its actions from the modules that are loaded already. All are loaded first, because a
 * batch calls the actions of single items, which need no permission then.
 */
function guardActions(access: Access): void {
  assert(parentPort, 'runs in a thread');
  const guard = guarding(new Permissions(access, toldBy(parentPort)));
  const paths = OPERATIONS.map((name) => `./actions/${name[0]?.toLowerCase()}${name.slice(1)}`);
  const actions: Action[] = paths.map((path) => ofDynalite(path));
  for (const [index, path] of paths.entries()) {
    const loaded = ofDynalite.cache[ofDynalite.resolve(path)];
    const [operation, action] = [OPERATIONS[index], actions[index]];
    assert(loaded && operation && action, 'it was just loaded');
    loaded.exports = guard(operation, action);
  }
}
