/** The findings in one resource; for a Bundle those of each entry, and then its own. */

import type { Limits, Validation } from '../../packages/fhir-validator/compiled-validator.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { Entry, Problem } from '../input/entry.ts';
import { elements, members, type Span, skipSpace } from '../input/json-spans.ts';
import { LineCounter, locate, stepsOf } from './locate.ts';

export interface Finding {
  readonly file: string;
  readonly line?: number;
  /** Position in its Bundle: `Bundle.entry[3].resource`. */
  readonly at?: string;
  readonly resourceType?: string;
  readonly id?: string;
  readonly issues: readonly LocatedIssue[];
}

export interface LocatedIssue extends Issue {
  /** Line of the file where the element is. */
  readonly line?: number;
}

type Validate = (text: string, limits?: Limits) => Validation;
type Resource = Extract<Entry, { kind: 'resource' }>;

/** For a Bundle: each of its entries has issues of its own. */
export const OF_BUNDLE: Limits = { issuesMax: 1_000_000 };
const BUNDLE = /^\s*\{\s*"resourceType"\s*:\s*"Bundle"/;
const ENTRY = /^Bundle\.entry\[(\d+)\]\.resource(?![A-Za-z])/;
/** From the Bundle to the resource of an entry: entry, its index, resource. */
export const STEPS_TO_RESOURCE = 3;

/** One finding for each resource, valid or not. */
export function* findingsOf(entry: Entry, validate: Validate): Generator<Finding> {
  if (entry.kind === 'problem') {
    yield problemIn(entry);
    return;
  }
  const { file, line, text } = entry;
  const { resourceType, id, issues } = validated(text, validate);
  if (resourceType === 'Bundle') yield* ofBundle(entry, id, issues);
  else {
    const located = locatedIn(text, line, 0, issues);
    yield { file, line, ...identity(resourceType, id), issues: located };
  }
}

export function problemIn({ file, line, reason }: Omit<Problem, 'kind'>): Finding {
  const issue: Issue = { severity: 'error', code: 'structure', text: reason, rule: 'input' };
  return { file, ...(line === undefined ? {} : { line }), issues: [issue] };
}

/** Validates the text once, as a whole or as a Bundle. */
function validated(text: string, validate: Validate): Validation {
  const beginsAsBundle = BUNDLE.test(text);
  const found = validate(text, beginsAsBundle ? OF_BUNDLE : {});
  const isBundle = found.resourceType === 'Bundle';
  if (isBundle === beginsAsBundle) return found;
  return validate(text, isBundle ? OF_BUNDLE : {});
}

function* ofBundle(
  { file, line, text }: Resource,
  id: string | undefined,
  issues: readonly Issue[],
): Generator<Finding> {
  const byEntry = byEntryOf(issues);
  const lines = new LineCounter(text, line);
  for (const { index, start, end } of entryResources(text)) {
    const place = { offset: start, line: lines.at(start), depth: STEPS_TO_RESOURCE };
    const resource = JSON.parse(text.slice(start, end));
    yield {
      file,
      line: place.line,
      at: `Bundle.entry[${index}].resource`,
      ...identity(resource?.resourceType, resource?.id),
      issues: withLines(text, place, byEntry.get(String(index)) ?? [], lines),
    };
  }
  const own = locatedIn(text, line, 0, byEntry.get(undefined) ?? []);
  yield { file, line, ...identity('Bundle', id), issues: own };
}

/** Issues by the index of the entry whose resource has them. Those of the Bundle itself have no index. */
export function byEntryOf(issues: readonly Issue[]): Map<string | undefined, Issue[]> {
  return Map.groupBy(issues, ({ expression = '' }) => ENTRY.exec(expression)?.[1]);
}

/** Issues of a value that begins in this line, `depth` steps below the root. */
export function locatedIn(
  text: string,
  line: number,
  depth: number,
  issues: readonly Issue[],
): LocatedIssue[] {
  return withLines(text, { offset: 0, line, depth }, issues, new LineCounter(text, line));
}

interface Place {
  readonly offset: number;
  readonly line: number;
  /** Number of steps from the root. */
  readonly depth: number;
}

function withLines(
  text: string,
  place: Place,
  issues: readonly Issue[],
  lines: LineCounter,
): LocatedIssue[] {
  if (issues.length === 0) return [];
  const paths = issues.map(({ expression = '' }) => stepsOf(expression).slice(place.depth));
  const offsets = locate(text, place.offset, paths);
  const lineOf = new Map(
    [...new Set(offsets)].sort((a, b) => a - b).map((each) => [each, lines.at(each)]),
  );
  return issues.map((issue, i) => ({ ...issue, line: lineOf.get(offsets[i] ?? 0) ?? place.line }));
}

/** The `resource` of each entry, with its position. */
function* entryResources(text: string): Generator<Span & { readonly index: number }> {
  for (const { key, value } of members(text, skipSpace(text, 0))) {
    if (key !== 'entry' || text[value.start] !== '[') continue;
    let index = 0;
    for (const entry of elements(text, value.start)) {
      const span = resourceIn(text, entry);
      if (span) yield { index, ...span };
      index += 1;
    }
  }
}

function resourceIn(text: string, entry: Span): Span | undefined {
  if (text[entry.start] !== '{') return undefined;
  for (const { key, value } of members(text, entry.start)) if (key === 'resource') return value;
  return undefined;
}

export function identity(resourceType: unknown, id: unknown): Pick<Finding, 'resourceType' | 'id'> {
  return {
    ...(typeof resourceType === 'string' ? { resourceType } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  };
}
