import type * as z from 'zod';
import type { Table } from './handles.ts';

/** A row whose content cannot be decided about. It is named by its message, because a key of Resources names a patient. */
export class RowUnreadable extends Error {
  override readonly name = 'RowUnreadable';
}

/** The row as `schema` says. @throws RowUnreadable */
export function erasableRow<T>(
  schema: z.ZodType<T>,
  item: unknown,
  messageId: unknown,
  table: Table,
): T {
  const { success, data, error } = schema.safeParse(item);
  if (success) return data;
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ');
  throw new RowUnreadable(
    `${table.name}: the row of message ${String(messageId)} cannot be read (${fields}): repair it, and erase again`,
  );
}
