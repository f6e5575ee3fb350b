/** A whole table, page by page, for checking the results of a run. Each item costs a read. */
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Table } from './handles.ts';

interface TablePage {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly count: number;
}

/**
 * Pages with these attributes of each item; without attributes, only counts. Of an index if one is named: it has
 * smaller items, but lags behind.
 */
export async function* pagesOf(
  { name, dynamo }: Table,
  attributes: readonly string[],
  index?: string,
): AsyncGenerator<TablePage> {
  const projection =
    attributes.length === 0
      ? { Select: 'COUNT' as const }
      : {
          ProjectionExpression: attributes.map((attribute) => `#${attribute}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(
            attributes.map((attribute) => [`#${attribute}`, attribute]),
          ),
        };
  const place = index === undefined ? { ConsistentRead: true } : { IndexName: index };
  const pages = paginateScan({ client: dynamo }, { TableName: name, ...place, ...projection });
  for await (const { Items = [], Count = 0 } of pages) yield { items: Items, count: Count };
}
