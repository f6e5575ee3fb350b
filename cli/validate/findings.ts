/** What validation found in one resource; of a Bundle in itself, and then in each of its entries. */
import type { Issue } from '../../core/verdict.ts';
import type { Limits, Validation } from '../../fhir/validator.ts';
import type { Entry } from '../input/entry.ts';
import { elements, members, type Span, skipSpace } from '../input/json-spans.ts';

export interface Finding {
  readonly file: string;
  readonly line?: number;
  /** Where in its Bundle: `Bundle.entry[3].resource`. */
  readonly at?: string;
  readonly resourceType?: string;
  readonly id?: string;
  readonly issues: readonly Issue[];
}

type Validate = (text: string, limits?: Limits) => Validation;
type Resource = Extract<Entry, { kind: 'resource' }>;

/** Of a Bundle, whose entries have issues of their own. */
const BUNDLE_ISSUES_MAX = 100_000;
const ENTRY = /^Bundle\.entry\[(\d+)\]\.resource(?![A-Za-z])/;

/** One finding for each resource, valid or not. */
export function* findingsOf(entry: Entry, validate: Validate): Generator<Finding> {
  if (entry.kind === 'problem') {
    const { file, line, reason } = entry;
    const issue: Issue = { severity: 'error', code: 'structure', text: reason, rule: 'input' };
    yield { file, ...(line === undefined ? {} : { line }), issues: [issue] };
    return;
  }
  const { resourceType, id, issues } = validate(entry.text);
  if (resourceType === 'Bundle') yield* ofBundle(entry, validate);
  else yield { ...placeOf(entry), ...identity(resourceType, id), issues };
}

function* ofBundle(entry: Resource, validate: Validate): Generator<Finding> {
  const { id, issues } = validate(entry.text, { issuesMax: BUNDLE_ISSUES_MAX });
  const byEntry = Map.groupBy(issues, ({ expression = '' }) => ENTRY.exec(expression)?.[1]);
  yield { ...placeOf(entry), ...identity('Bundle', id), issues: byEntry.get(undefined) ?? [] };
  let { line } = entry;
  let counted = 0;
  for (const { index, start, text } of entryResources(entry.text)) {
    for (; counted < start; counted++) if (entry.text.charCodeAt(counted) === NEWLINE) line += 1;
    const resource = JSON.parse(text) as { resourceType?: unknown; id?: unknown } | null;
    yield {
      file: entry.file,
      line,
      at: `Bundle.entry[${index}].resource`,
      ...identity(resource?.resourceType, resource?.id),
      issues: byEntry.get(String(index)) ?? [],
    };
  }
}

const NEWLINE = 0x0a;

/** The `resource` of each entry, where it stands. */
function* entryResources(text: string) {
  for (const { key, value } of members(text, skipSpace(text, 0))) {
    if (key !== 'entry' || text[value.start] !== '[') continue;
    let index = 0;
    for (const entry of elements(text, value.start)) {
      const span = resourceIn(text, entry);
      if (span) yield { index, start: span.start, text: text.slice(span.start, span.end) };
      index += 1;
    }
  }
}

function resourceIn(text: string, entry: Span): Span | undefined {
  if (text[entry.start] !== '{') return undefined;
  for (const { key, value } of members(text, entry.start)) if (key === 'resource') return value;
  return undefined;
}

function placeOf({ file, line }: Resource): Pick<Finding, 'file' | 'line'> {
  return { file, line };
}

function identity(resourceType: unknown, id: unknown): Pick<Finding, 'resourceType' | 'id'> {
  return {
    ...(typeof resourceType === 'string' ? { resourceType } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  };
}
