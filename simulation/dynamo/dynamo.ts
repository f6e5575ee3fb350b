/** DynamoDB for the document client's commands. */
import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Effect } from '../effects.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { answerOf } from './answer.ts';
import { HotPartitions } from './hot-partitions.ts';
import { projected, type QueryInput, type ScanInput } from './query.ts';
import { tableMissing, throughputExceeded, validation } from './refusals.ts';
import { Table, type TablePlan } from './table.ts';
import type { Item, Value } from './values.ts';

export interface DynamoFaults {
  /** Maximum delay of an index behind its table. */
  readonly indexLagMs: number;
  /** Maximum rows of a page that ends early. Real pages end at 1 MB. */
  readonly pageRowsMax: number;
  /** How often what has expired is deleted. 0 for never. */
  readonly expiresEveryMs: number;
  /** Probability that an entry of a batch is left unprocessed. */
  readonly unprocessed: number;
  /** How likely a read that is not consistent shows an item as it was before its last write. */
  readonly stale: number;
  /** How many writes a partition accepts in a second, of a table or an index. 0 for any number. */
  readonly partitionWrites: number;
  /** How many reads one answers in a second. 0 for any number. */
  readonly partitionReads: number;
}

export const NO_DYNAMO_FAULTS: DynamoFaults = {
  indexLagMs: 10,
  pageRowsMax: Number.POSITIVE_INFINITY,
  expiresEveryMs: 0,
  unprocessed: 0,
  stale: 0,
  partitionWrites: 0,
  partitionReads: 0,
};

export interface DynamoSurroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): DynamoFaults;
  tell(effect: Effect): void;
}

/** How often a page ends early, where pages do: a long query has a few, not thousands. */
const PAGE_CUT = 0.5;
/** So long a replica may be behind. */
const BEHIND_MS = 1_000;

export class Dynamo {
  readonly #tables = new Map<string, Table>();
  readonly #around: DynamoSurroundings;
  readonly #hot = new HotPartitions();

  constructor(around: DynamoSurroundings) {
    this.#around = around;
  }

  create(plan: TablePlan): Table {
    const { scheduler, random, faults, tell } = this.#around;
    // An index is written in the order in which its table was written.
    let lastAt = 0;
    const table = new Table(plan, {
      now: () => scheduler.now,
      followAt() {
        lastAt = Math.max(lastAt, scheduler.now + random.below(faults().indexLagMs + 1));
        return lastAt;
      },
      written: (change) => tell({ kind: 'written', ...change }),
      admit: (writing) => {
        const hot = this.#hot.refusal(writing, faults().partitionWrites, scheduler.now);
        if (hot === undefined) return;
        tell({ kind: 'too hot', table: plan.name, where: hot });
        throw throughputExceeded();
      },
      admitRead: (partition, index) => this.#admitRead(plan.name, partition, index),
    });
    this.#tables.set(plan.name, table);
    return table;
  }

  table(name: string | undefined): Table {
    const table = this.#tables.get(name ?? '');
    if (table === undefined) throw tableMissing(String(name));
    return table;
  }

  /** Deletes what has expired in all tables. */
  expire(): void {
    for (const table of this.#tables.values()) table.expire(this.#around.scheduler.now);
  }

  /** Performs a command. @throws the service's refusal */
  perform(command: object): object {
    if (command instanceof GetCommand) return this.#get(command.input);
    if (command instanceof UpdateCommand) {
      const { input } = command;
      const { TableName, Key, UpdateExpression = '', ReturnValues } = input;
      const change = this.table(TableName).update(Key as Item, UpdateExpression, input);
      return answerOf(change, ReturnValues);
    }
    if (command instanceof PutCommand) {
      const { input } = command;
      return answerOf(this.table(input.TableName).put(input.Item, input), input.ReturnValues);
    }
    if (command instanceof DeleteCommand) {
      const { input } = command;
      const change = this.table(input.TableName).delete(input.Key as Item, input);
      return answerOf(change, input.ReturnValues);
    }
    if (command instanceof QueryCommand) {
      const input = command.input as QueryInput;
      return this.table(command.input.TableName).query(input, this.#pageRows());
    }
    if (command instanceof ScanCommand) {
      const input = command.input as ScanInput;
      return this.table(command.input.TableName).scan(input, this.#pageRows());
    }
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input);
    if (command instanceof BatchWriteCommand) return this.#batchWrite(command.input);
    throw new Error(`${command.constructor.name} is not simulated`);
  }

  #get(input: GetCommand['input']): object {
    const { TableName, Key, ProjectionExpression, ExpressionAttributeNames } = input;
    const item = this.#read(this.table(TableName), Key as Item, input);
    if (item === undefined) return {};
    return { Item: projected(item, ProjectionExpression, ExpressionAttributeNames) };
  }

  /** @throws if the partition is too hot */
  #admitRead(table: string, partition: Value | undefined, index?: string): void {
    const { scheduler, faults, tell } = this.#around;
    const place = `${table}\u0000${index ?? ''}\u0000${partition}`;
    if (!this.#hot.refusesRead(place, faults().partitionReads, scheduler.now)) return;
    tell({ kind: 'too hot', table, where: 'reads' });
    throw throughputExceeded();
  }

  /** An item as a replica has it, unless the newest is asked for. */
  #read(table: Table, key: Item, { ConsistentRead }: Readable): Item | undefined {
    const { random, faults } = this.#around;
    this.#admitRead(table.plan.name, key[table.plan.partition]);
    const isPast = ConsistentRead !== true && random.chance(faults().stale);
    return isPast ? table.formerly(key, BEHIND_MS) : table.get(key);
  }

  #batchGet({ RequestItems = {} }: BatchGetCommand['input']): object {
    const Responses: Record<string, Item[]> = {};
    const UnprocessedKeys: Record<string, object> = {};
    for (const [name, { Keys = [], ...asked }] of Object.entries(RequestItems)) {
      const table = this.table(name);
      const [done, left] = this.#divided(Keys);
      const found: Item[] = [];
      for (const key of done) {
        const isRead = unlessTooHot(() => {
          const item = this.#read(table, key as Item, asked);
          const { ProjectionExpression, ExpressionAttributeNames } = asked;
          if (item) found.push(projected(item, ProjectionExpression, ExpressionAttributeNames));
        });
        if (!isRead) left.push(key);
      }
      if (left.length === Keys.length) throw throughputExceeded();
      Responses[name] = found;
      if (left.length > 0) UnprocessedKeys[name] = { ...asked, Keys: left };
    }
    return { Responses, UnprocessedKeys };
  }

  #batchWrite({ RequestItems = {} }: BatchWriteCommand['input']): object {
    const UnprocessedItems: Record<string, object[]> = {};
    for (const [name, requests] of Object.entries(RequestItems)) {
      const table = this.table(name);
      const [done, left] = this.#divided(requests);
      for (const request of done) if (!this.#isWritten(table, request)) left.push(request);
      if (left.length === requests.length) throw throughputExceeded();
      if (left.length > 0) UnprocessedItems[name] = left;
    }
    return { UnprocessedItems };
  }

  /** False if its partition is too hot. */
  #isWritten(table: Table, { PutRequest, DeleteRequest }: WriteRequest): boolean {
    return unlessTooHot(() => {
      if (PutRequest !== undefined) table.put(PutRequest.Item, {});
      else if (DeleteRequest !== undefined) table.delete(DeleteRequest.Key as Item, {});
      else throw validation('a request of a batch is empty');
    });
  }

  /**
   * Splits a batch into entries that are processed now and unprocessed ones. At least one is
   * processed, because the whole call may be throttled instead.
   */
  #divided<T>(all: readonly T[]): readonly [readonly T[], T[]] {
    const { random, faults } = this.#around;
    const isLeft = all.map((_, place) => place > 0 && random.chance(faults().unprocessed));
    return [all.filter((_, place) => !isLeft[place]), all.filter((_, place) => isLeft[place])];
  }

  #pageRows(): number {
    const { random, faults } = this.#around;
    const most = faults().pageRowsMax;
    const isCut = Number.isFinite(most) && random.chance(PAGE_CUT);
    return isCut ? random.between(1, most) : Number.POSITIVE_INFINITY;
  }
}

type WriteRequest = NonNullable<BatchWriteCommand['input']['RequestItems']>[string][number];
type Readable = Pick<GetCommand['input'], 'ConsistentRead'>;

/** False if a partition is too hot for it. */
function unlessTooHot(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof ProvisionedThroughputExceededException) return false;
    throw error;
  }
}
