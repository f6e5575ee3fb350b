import { ComponentFault } from '../core/message/component-fault.ts';

/** Writes lines with fields. */
export type Log = Readonly<
  Record<
    'debug' | 'info' | 'warn' | 'error',
    (message: string, ...fields: Record<string, unknown>[]) => void
  >
>;

/** What may be logged of a fault: name and code, because a message may quote what was sent. */
export function faultOf(error: unknown): { fault: string; code?: string; reason?: string } {
  if (!(error instanceof Error)) return { fault: typeof error };
  if (error instanceof ComponentFault) return { fault: error.name, reason: error.message };
  // What `fetch` throws says only in its cause whether it was DNS, TLS or the connection.
  const code = codeOf(error) ?? codeOf(error.cause);
  return { fault: error.name, ...(code && { code }) };
}

function codeOf(error: unknown): string | undefined {
  const isCoded = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isCoded ? (error.code as string) : undefined;
}
