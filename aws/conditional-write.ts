import {
  ConditionalCheckFailedException,
  type DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';

/**
 * Whether a conditional write happened. Every other failure is thrown. Only for writes that may be
 * repeated without harm: false may be caused by an earlier try of the same write.
 */
export async function written(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** A write is known not to have happened. `cause` says why. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten';
  /** Name of the cause, for the log. */
  readonly code: string;

  constructor(cause: unknown) {
    super('nothing was written', { cause });
    this.code = cause instanceof Error ? cause.name : typeof cause;
  }
}

/**
 * Whether a conditional write stands, for writes with consequences. If the result is unknown, the
 * item is read: `stands` says whether it holds what was written.
 * @throws NotWritten if it does not stand for another reason than its condition. After any other
 * error it is unknown.
 */
export async function writtenOrStands(
  write: Promise<unknown>,
  stands: () => Promise<boolean>,
): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!isKnownRefusal(error) && (await stands())) return true;
    if (error instanceof ConditionalCheckFailedException) return false;
    throw new NotWritten(error);
  }
}

/**
 * Whether an error proves that nothing was written: the service refused the only try of the call.
 * After any other error the write may stand: the answer to an earlier try may have been lost, and
 * the SDK's next try was throttled, or failed on a condition that the first one had changed.
 */
export function isKnownRefusal(error: unknown): boolean {
  if (!(error instanceof Error && '$fault' in error && error.$fault === 'client')) return false;
  const { $metadata } = error as Partial<Pick<DynamoDBServiceException, '$metadata'>>;
  return $metadata?.attempts === 1;
}

/**
 * An update expression that sets all fields except undefined ones. Each field `x` is known as `#x`, because
 * many of our names are reserved words, and its value as `:x`.
 */
export function setAll(fields: Readonly<Record<string, unknown>>): {
  expression: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
} {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    values[`:${name}`] = value;
    sets.push(`#${name} = :${name}`);
  }
  return { expression: `SET ${sets.join(', ')}`, names, values };
}
