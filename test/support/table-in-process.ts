/**
 * One DynamoDB table in this process, behind the real SDK client and the real adapter: gets and conditional
 * puts of items by `pk`, answered at once. It is for hundreds of thousands of runs, which an emulator
 * behind HTTP could not serve; the adapters' contract suite tests both.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export type TableItem = Readonly<Record<string, unknown>>;

interface Put {
  readonly Item: TableItem & { readonly pk: string };
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

export class TableInProcess {
  readonly items = new Map<string, TableItem>();
  /** False in a test that shows what conditions are for. */
  heedsConditions = true;
  reads = 0;
  writes = 0;
  /** Called with each put that happened. */
  onPut: (before: TableItem | undefined, after: TableItem) => void = () => {};

  /** Answers the client's calls from now on, until the returned function is called. */
  serve(client: DynamoDBDocumentClient): () => void {
    const name = `in-process-${crypto.randomUUID()}`;
    client.middlewareStack.add(
      (_next, context) => async (args) => ({
        output: this.#answer(String(context['commandName']), args.input) as never,
        response: {},
      }),
      { step: 'initialize', priority: 'high', name },
    );
    return () => client.middlewareStack.remove(name);
  }

  #answer(command: string, input: unknown): Record<string, unknown> {
    if (command === 'GetItemCommand' || command === 'GetCommand') {
      this.reads += 1;
      const { Key } = input as { Key: { pk: string } };
      const Item = this.items.get(Key.pk);
      return Item === undefined ? {} : { Item: structuredClone(Item) };
    }
    if (command !== 'PutItemCommand' && command !== 'PutCommand') throw new Error(command);
    this.writes += 1;
    const put = input as Put;
    const before = this.items.get(put.Item.pk);
    if (this.heedsConditions && !holds(put, before)) {
      throw new ConditionalCheckFailedException({ message: 'the condition failed', $metadata: {} });
    }
    const after = structuredClone(put.Item);
    this.items.set(put.Item.pk, after);
    this.onPut(before, after);
    return {};
  }
}

/** `attribute_not_exists(pk)`, or `a = :x AND b = :y …`; anything else is refused. */
function holds({ ConditionExpression, ExpressionAttributeValues }: Put, item?: TableItem): boolean {
  if (ConditionExpression === undefined) return true;
  return ConditionExpression.split(' AND ').every((clause) => {
    if (clause === 'attribute_not_exists(pk)') return item === undefined;
    const [, name = '', value = ''] = /^(\w+) = (:\w+)$/.exec(clause) ?? [];
    if (name === '') throw new Error(`not understood: ${clause}`);
    return item !== undefined && item[name] === ExpressionAttributeValues?.[value];
  });
}
