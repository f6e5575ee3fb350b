/**
 * What DynamoDB must allow for a call, and the values of its condition keys:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
import { arn, nameOfArn } from '../template/account.ts';
import type { Access } from './access.ts';
import type { Context } from './conditions.ts';
import type { Asked } from './permissions.ts';

type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value>>;
type Names = Readonly<Record<string, string>>;

/** The part of a call that concerns one table. */
interface OnTable {
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Keys?: readonly Item[];
  readonly Item?: Item;
  readonly Select?: string;
  readonly ReturnValues?: string;
  readonly AttributesToGet?: readonly string[];
  readonly ProjectionExpression?: string;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditions?: Readonly<Record<string, { AttributeValueList?: readonly Value[] }>>;
  readonly ExpressionAttributeNames?: Names;
  readonly ExpressionAttributeValues?: Item;
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

export interface TableCall extends OnTable {
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, OnTable | readonly WriteRequest[]>>;
}

/** @param operation such as `GetItem` */
export function askedOfDynamoDb(
  operation: string,
  call: TableCall,
  keyAttributes: Access['keyAttributes'],
): Asked[] {
  const { TableName, RequestItems } = call;
  const on = (name: string, parts: readonly OnTable[]): Asked => {
    const within = arn('dynamodb', `table/${nameOfArn(name)}`);
    const [{ IndexName } = {}] = parts;
    const resource = IndexName === undefined ? within : `${within}/index/${IndexName}`;
    const keys = keyAttributes[resource] ?? [];
    return {
      action: `dynamodb:${operation}`,
      resource,
      within,
      context: contextOf(operation, parts, keys),
    };
  };
  if (RequestItems === undefined) return [on(TableName ?? '*', [call])];
  return Object.entries(RequestItems).map(([name, part]) => on(name, partsOf(part)));
}

function partsOf(part: OnTable | readonly WriteRequest[]): readonly OnTable[] {
  if (!Array.isArray(part)) return [part as OnTable];
  return (part as readonly WriteRequest[]).map(
    ({ PutRequest, DeleteRequest }) => PutRequest ?? DeleteRequest ?? {},
  );
}

const READS = /^(?:Batch)?GetItem$|^Query$|^Scan$/;

/** The values are computed only where a statement has a condition of that key. */
function contextOf(operation: string, parts: readonly OnTable[], keys: readonly string[]): Context {
  const [partition] = keys;
  return (key) => {
    switch (key) {
      case 'dynamodb:LeadingKeys':
        return parts.flatMap((part) => leadingKeysOf(part, partition ?? ''));
      case 'dynamodb:Attributes':
        return [...new Set(parts.flatMap((part) => attributesOf(part, keys)))];
      case 'dynamodb:Select':
        return READS.test(operation) ? parts.map(selectOf) : undefined;
      case 'dynamodb:ReturnValues':
        return /^(?:Put|Update|Delete)Item$/.test(operation)
          ? parts.map(({ ReturnValues = 'NONE' }) => ReturnValues)
          : undefined;
      default:
        return undefined;
    }
  };
}

function selectOf(part: OnTable): string {
  if (part.Select !== undefined) return part.Select;
  const named = part.ProjectionExpression ?? part.AttributesToGet;
  if (named !== undefined) return 'SPECIFIC_ATTRIBUTES';
  return part.IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
}

/** The values of the partition key. A scan has none. */
function leadingKeysOf(part: OnTable, name: string): string[] {
  const { Key, Keys = [], Item, KeyConditions } = part;
  const items = [...(Key ? [Key] : []), ...Keys, ...(Item ? [Item] : [])];
  const values = items.flatMap((item): Value[] => (item[name] ? [item[name]] : []));
  const queried = KeyConditions?.[name]?.AttributeValueList ?? [];
  return [...values, ...queried, ...askedKeyOf(part, name)].map((value) =>
    String(Object.values(value)[0]),
  );
}

function askedKeyOf(part: OnTable, name: string): Value[] {
  const { KeyConditionExpression = '', ExpressionAttributeValues = {} } = part;
  return [...KeyConditionExpression.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)]
    .filter(([, given = '']) => nameOf(given, part) === name)
    .map(([, , placeholder = '']) => ExpressionAttributeValues[placeholder] ?? {});
}

const nameOf = (given: string, { ExpressionAttributeNames = {} }: OnTable) =>
  given.startsWith('#') ? (ExpressionAttributeNames[given] ?? given) : given;

/** The attributes that a call names or writes, those of the key included. */
function attributesOf(part: OnTable, keys: readonly string[]): string[] {
  const { Item = {}, AttributesToGet = [] } = part;
  const expressions = Object.entries(part)
    .filter(([parameter]) => parameter.endsWith('Expression'))
    .flatMap(([, expression]) => namesIn(String(expression)))
    .map((given) => nameOf(given, part));
  const older = ['AttributeUpdates', 'Expected', 'QueryFilter', 'ScanFilter', 'KeyConditions']
    .map((parameter) => Object(part)[parameter] as object | undefined)
    .flatMap((byName) => Object.keys(byName ?? {}));
  return [...keys, ...Object.keys(Item), ...AttributesToGet, ...expressions, ...older];
}

/** Words that are no names. As names they are reserved, and need a placeholder. */
const KEYWORDS = /^(?:SET|REMOVE|ADD|DELETE|AND|OR|NOT|BETWEEN|IN|\d+)$/i;

/** The top-level names of an expression: not its values, functions, indexes and what is below a name. */
function namesIn(expression: string): string[] {
  return [...expression.matchAll(/(?<![\w.:#])(#?\w+)(\s*\()?/g)]
    .filter(([, word = '', call]) => call === undefined && !KEYWORDS.test(word))
    .map(([, word = '']) => word);
}
