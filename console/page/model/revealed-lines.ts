/** Splits a revealed body into lines, each with its issues. */
import type { RevealedIssue } from '../../contract/reveal.ts';

export interface BodyLine {
  readonly number: number;
  readonly text: string;
  /** Indexes of the issues at this line. */
  readonly issues: readonly number[];
}

/** Longer lines are cut: a browser needs seconds to lay out a line of a megabyte. */
const CHARACTERS_MAX = 2_000;
/** After this many lines, only lines with an issue are shown. */
const LINES_MAX = 3_000;

export interface BodyLines {
  readonly lines: readonly BodyLine[];
  /** Number of lines that are left out. */
  readonly left: number;
}

export function bodyLines(body: string, issues: readonly RevealedIssue[]): BodyLines {
  const at = new Map<number, number[]>();
  for (const [index, { lines }] of issues.entries()) {
    for (const line of lines) at.set(line, [...(at.get(line) ?? []), index]);
  }
  const texts = body.split('\n');
  const all = texts.map((text, index) => ({
    number: index + 1,
    text: cut(text),
    issues: at.get(index + 1) ?? [],
  }));
  const lines = all.filter((line, index) => index < LINES_MAX || line.issues.length > 0);
  return { lines, left: all.length - lines.length };
}

function cut(line: string): string {
  const left = line.length - CHARACTERS_MAX;
  return left <= 0 ? line : `${line.slice(0, CHARACTERS_MAX)}… ${left} characters more`;
}
