import type { BuildAppOptions } from 'fauxqs';
import { type TimedQueue, waitForDeadlines } from './due-timers.ts';
import { type EmulatedQueue, makeFair } from './fair-queues.ts';
import { takeAllCharacters } from './fauxqs-fixes.ts';
import { type FifoQueue, giveFifoBatches } from './fifo-batches.ts';
import { refuseAttributes, type SqsErrorClass } from './refused-attributes.ts';
import {
  refusePublications,
  type SnsErrorClass,
  type TopicRouter,
} from './refused-publications.ts';
import { keepSentAttributes, type Router } from './sent-attributes.ts';

type Stores = NonNullable<BuildAppOptions['stores']>;

type Persistence = {
  db: { exec(sql: string): void; prepare(sql: string): { run(...values: string[]): unknown } };
  load(sqs: Stores['sqsStore'], sns: Stores['snsStore'], s3: Stores['s3Store']): void;
  updateMessageReady(messageId: string): void;
  close(): void;
};

/** Applied once for all apps of this process. */
const mended = Promise.all([
  mendRouters(),
  internal<{ INVALID_MESSAGE_BODY_CHAR: RegExp }>('sqs/sqsTypes').then(
    ({ INVALID_MESSAGE_BODY_CHAR }) => takeAllCharacters(INVALID_MESSAGE_BODY_CHAR),
  ),
]);

async function mendRouters(): Promise<void> {
  const { SqsRouter } = await internal<{ SqsRouter: { prototype: Router } }>('sqs/sqsRouter');
  const { SnsRouter } = await internal<{ SnsRouter: { prototype: TopicRouter } }>('sns/snsRouter');
  const { SqsError, SnsError } = await internal<{
    SqsError: SqsErrorClass;
    SnsError: SnsErrorClass;
  }>('common/errors');
  keepSentAttributes(SqsRouter.prototype);
  refuseAttributes(SqsRouter.prototype, SqsError);
  refusePublications(SnsRouter.prototype, SnsError);
}

/**
 * Creates fauxqs' stores for an app that keeps and orders messages as SQS does. The package exports
 * only its app. Its own server is the only one that keeps data, but it listens on all interfaces.
 * So the classes are loaded from the folder of its entry module. Remove it once it exports them, or
 * accepts `dataDir` and `host` for an app.
 */
export async function createStores(): Promise<Stores> {
  await mended;
  const { SqsStore } = await internal<{ SqsStore: new () => Stores['sqsStore'] }>('sqs/sqsStore');
  const { SnsStore } = await internal<{ SnsStore: new () => Stores['snsStore'] }>('sns/snsStore');
  const { S3Store } = await internal<{ S3Store: new () => Stores['s3Store'] }>('s3/s3Store');
  const sqsStore = new SqsStore();
  // Without a host, a queue's URL is built from the Host header, which resolves everywhere.
  sqsStore.host = '';
  const queues = sqsStore as unknown as {
    createQueue(...settings: unknown[]): EmulatedQueue & FifoQueue & TimedQueue;
  };
  makeFair(queues);
  waitForDeadlines(queues);
  giveFifoBatches(queues);
  return { sqsStore, snsStore: new SnsStore(), s3Store: new S3Store() };
}

/** Loads the data that an earlier run left in `dataDir`, and saves every later change. */
export async function persistStores(
  stores: Stores,
  dataDir: string,
  endpoint: string,
): Promise<() => void> {
  const { PersistenceManager } = await internal<{
    PersistenceManager: new (dataDir: string) => Persistence;
  }>('persistence');
  const persistence = new PersistenceManager(dataDir);
  // A message survives the end of our process, even by SIGKILL, without waiting for the disk.
  persistence.db.exec('PRAGMA synchronous = NORMAL');
  // fauxqs clears the receive count too, which its own schema forbids, so a visibility of 0 fails. Remove
  // it once `updateMessageReady` of its persistence leaves the count.
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => ready.run(messageId);
  // The port differs between runs.
  persistence.db
    .prepare(`UPDATE sqs_queues SET url = ? || substr(url, instr(url, '/000000000000/'))`)
    .run(endpoint);
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  attach(stores, persistence);
  return () => persistence.close();
}

function attach(stores: Stores, persistence: Persistence): void {
  const owners: object[] = [stores.sqsStore, stores.snsStore, stores.s3Store];
  for (const owner of [...owners, ...stores.sqsStore.allQueues()]) {
    Object.assign(owner, { persistence });
  }
}

function internal<T>(path: string): Promise<T> {
  return import(new URL(`${path}.js`, import.meta.resolve('fauxqs')).href);
}
