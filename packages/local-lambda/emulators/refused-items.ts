/**
 * Lets dynalite refuse the items that DynamoDB refuses and it takes: items above 400 KB in UTF-8 (it counts UTF-16
 * units, a third for some scripts), and keys of indexes that are empty or too long. Remove it once `valSize` of its
 * db/index counts bytes, and its `validateItem` and `validateUpdates` look at the values of index keys.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */

type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value>>;
type Done = (error?: unknown) => void;

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
}

interface IndexedTable {
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly LocalSecondaryIndexes?: readonly Index[];
}

/** The parts of dynalite's module `db` that are changed. Its actions call them by their names. */
export interface ItemModule {
  itemSize(item: Item): number;
  /** Called before each write. `item` is absent if one is deleted. */
  updateIndexes(
    store: unknown,
    table: IndexedTable,
    existing: Item | null | undefined,
    item: Item | null,
    done: Done,
  ): void;
  validationError(message: string): unknown;
}

/** The most bytes that a UTF-16 unit takes in UTF-8. */
const BYTES_OF_UNIT_MAX = 3;
const ITEM_BYTES_MAX = 400 * 1024;
const KEY_BYTES_MAX: Readonly<Record<string, number>> = { HASH: 2_048, RANGE: 1_024 };

/** Changes the module, for all emulators of this thread. */
export function refuseItems(module: ItemModule): void {
  const { itemSize, updateIndexes } = module;
  module.itemSize = (item) => {
    const units = itemSize(item);
    return units * BYTES_OF_UNIT_MAX <= ITEM_BYTES_MAX ? units : units + bytesBeyondUnits(item);
  };
  module.updateIndexes = (store, table, existing, item, done) => {
    const problem = item && problemOfKeys(table, item);
    if (problem) done(module.validationError(problem));
    else updateIndexes(store, table, existing, item, done);
  };
}

/** Of all names and strings. What JSON adds has as many units as bytes. */
function bytesBeyondUnits(item: Item): number {
  const text = JSON.stringify(item);
  return Buffer.byteLength(text) - text.length;
}

function problemOfKeys(table: IndexedTable, item: Item): string | undefined {
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = table;
  for (const { IndexName, KeySchema } of [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]) {
    for (const { AttributeName, KeyType } of KeySchema) {
      const bytes = bytesOfKey(item[AttributeName]);
      const why = bytes === undefined ? undefined : problemOfSize(bytes, KeyType);
      if (why !== undefined) {
        return `One or more parameter values are not valid. ${why} IndexName: ${IndexName}, IndexKey: ${AttributeName}`;
      }
    }
  }
  return undefined;
}

function problemOfSize(bytes: number, keyType: string): string | undefined {
  if (bytes === 0) {
    return 'A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value.';
  }
  const most = KEY_BYTES_MAX[keyType] ?? 0;
  return bytes > most
    ? `Size of ${keyType} key has exceeded the limit of ${most} bytes.`
    : undefined;
}

/** Undefined for a number, and for what is absent: an item without its key is not in the index. */
function bytesOfKey(value: Value | undefined): number | undefined {
  if (typeof value?.['S'] === 'string') return Buffer.byteLength(value['S']);
  if (typeof value?.['B'] === 'string') return Buffer.from(value['B'], 'base64').length;
  return undefined;
}
