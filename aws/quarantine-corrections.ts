import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { BodyLocation } from '../core/message/claim-check.ts';
import type { Correction } from '../core/message/correction.ts';
import { setAll, written } from './conditional-write.ts';
import type { Table } from './handles.ts';
import type { QuarantineRecord } from './quarantine-entries.ts';

export interface Corrected {
  readonly original: BodyLocation | undefined;
  readonly corrections: readonly Correction[];
}

/** Records both versions in the entry; false if it has changed since it was read. */
export function keepCorrection(
  table: Table,
  { pk, quarantinedAt = 0 }: QuarantineRecord,
  { original, corrections }: Corrected,
): Promise<boolean> {
  const set = setAll({ original, corrections });
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: set.expression,
    ConditionExpression: '#status = :quarantined AND quarantinedAt = :seen',
    ExpressionAttributeNames: { ...set.names, '#status': 'status' },
    ExpressionAttributeValues: {
      ...set.values,
      ':quarantined': 'quarantined',
      ':seen': quarantinedAt,
    },
  });
  return written(table.dynamo.send(update));
}
