/** The issues of an outcome with their texts, each with the lines that have its elements. */
import { z } from 'zod';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { placedIssues } from '../../cli/quarantine/issues.ts';
import { locate, stepsOf } from '../../cli/validate/locate.ts';
import type { Revealed, RevealedIssue } from '../contract/reveal.ts';
import { defined } from './entry.ts';

const wordsSchema = z.object({
  issue: z.array(
    z.object({
      diagnostics: z.string().optional().catch(undefined),
      details: z.object({ text: z.string().optional() }).optional().catch(undefined),
    }),
  ),
});

export function revealedIssues(
  entry: Pick<QuarantineRecord, 'outcome' | 'kind'>,
  { body, truncated }: Pick<Revealed, 'body' | 'truncated'>,
): RevealedIssue[] {
  const coded = placedIssues(entry) ?? [];
  const { data } = wordsSchema.safeParse(parsedJson(entry.outcome ?? ''));
  const canLocate = !truncated && parsedJson(body) !== undefined;
  return coded.map((issue, n) => {
    const said = data?.issue[n];
    const text = said?.diagnostics ?? said?.details?.text;
    const { expression = [] } = issue;
    const lines = canLocate ? linesOf(body, expression) : [];
    return defined({ ...issue, text, lines });
  });
}

function linesOf(body: string, expressions: readonly string[]): number[] {
  const offsets = locate(body, 0, expressions.map(stepsOf));
  return offsets.map((offset) => body.slice(0, offset).split('\n').length);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
