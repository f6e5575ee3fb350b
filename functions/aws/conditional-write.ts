import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** Whether a conditional write happened; every other failure is thrown. */
export async function written(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * Whether an error is the table's own refusal, by which nothing was written. After any other (no
 * answer in time, a connection that broke) the write may stand all the same.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && '$fault' in error && error.$fault === 'client';
}

/**
 * An update expression that sets all fields but the undefined ones. Each field `x` is known as
 * `#x`, because many of ours are reserved words, and its value as `:x`.
 */
export function setAll(fields: Readonly<Record<string, unknown>>): {
  expression: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
} {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    expression: `SET ${present.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    names: Object.fromEntries(present.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
  };
}
