/** Checks the parameters of a request. Unknown parameters are errors. */
import { z } from 'zod';
import { ENTRY_KINDS } from '../../cli/quarantine/filter.ts';
import { TEXT_CHARACTERS_MAX } from '../../core/audit/audit-fact.ts';
import { lanes } from '../../core/message/messages.ts';
import { Failure } from '../server/failure.ts';

const text = z.string().min(1).max(TEXT_CHARACTERS_MAX);

export const filterSchema = z.strictObject({
  fingerprint: text.exactOptional(),
  kind: z.enum(ENTRY_KINDS).exactOptional(),
  lane: z.enum(lanes).exactOptional(),
  source: text.exactOptional(),
  text: text.exactOptional(),
});

/** Id of an entry, a message or a request, or a producer's name for it. */
export const idSchema = text;
/** A reason must contain at least one letter or digit. */
export const reasonSchema = text.regex(/[\p{L}\p{N}]/u, 'it is recorded, so it must contain words');

/** @throws Failure that names the wrong part and says what is wrong */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data as T;
  const problems = error.issues.map(({ path, message }) => {
    const where = path.map(String).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  throw new Failure('usage', problems.join('; '));
}

/** Each parameter may occur once. */
export function parsedQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  return parsed(schema, Object.fromEntries(query));
}
