/**
 * Findings in a large Bundle that is not in memory as a whole. The file is read twice: first to make an
 * outline, then to validate one resource after the other.
 */
import { statSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { BundleParts } from '../../packages/fhir-validator/bundle-parts.ts';
import type {
  CompiledValidator,
  Limits,
} from '../../packages/fhir-validator/compiled-validator.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { ResourceOutline } from '../../packages/fhir-validator/runtime/outline.ts';
import { FileWindow, WINDOW_BYTES } from '../input/file-window.ts';
import { type BundleOutline, type IndexedOutline, outlineOf } from './bundle-outline.ts';
import type { Part } from './entry-offsets.ts';
import {
  byEntryOf,
  type Finding,
  identity,
  locatedIn,
  OF_BUNDLE,
  problemIn,
  STEPS_TO_RESOURCE,
} from './findings.ts';
import { unreadable } from './inputs.ts';
import { LineCounter, locate, stepsOf } from './locate.ts';

/** Smaller files are read as a whole, which is as fast. */
const BYTES_MIN = 8 * 1024 * 1024;
/** Size of one read for a resource that another one refers to. */
const LOOKUP_BYTES = 16 * 1024;

/** Undefined if the file must be read as a whole. */
export function largeBundleIn(
  file: string,
  validator: CompiledValidator,
  limits: Limits,
  { bytesMin = BYTES_MIN, windowBytes = WINDOW_BYTES } = {},
): Iterable<Finding> | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size < bytesMin || /\.ndjson$/i.test(file)) return undefined;
  // Resources are garbage soon. A young generation that grows would be half of the memory.
  setFlagsFromString('--semi-space-growth-factor=1');
  const outline = outlineOf(file, windowBytes);
  return outline && findingsIn(file, outline, validator, limits);
}

function findingsIn(
  file: string,
  outline: BundleOutline,
  validator: CompiledValidator,
  limits: Limits,
): Iterable<Finding> | undefined {
  const lookup = new FileWindow(file, LOOKUP_BYTES);
  const textOf = (of: ResourceOutline) =>
    textAt(lookup, outline.offsets.resource((of as IndexedOutline).index));
  const bundle = { value: outline.value, textOf };
  const parts = validator.bundleParts(bundle, { ...OF_BUNDLE, ...limits });
  if (parts === undefined) lookup.close();
  return parts && findings(file, outline, parts, lookup);
}

function* findings(
  file: string,
  bundle: BundleOutline,
  parts: BundleParts,
  lookup: FileWindow,
): Generator<Finding> {
  const window = new FileWindow(file);
  try {
    const byEntry = byEntryOf(parts.frame());
    for (const { resource } of bundle.value['entry'] as { resource?: IndexedOutline }[]) {
      if (resource === undefined) continue;
      const { index, resourceType, id } = resource;
      const place = bundle.offsets.resource(index);
      const text = textAt(window, place);
      const issues = parts.resource(index, resource, text);
      const all = [...issues, ...(byEntry.get(String(index)) ?? [])];
      const line = place?.line ?? bundle.line;
      yield {
        file,
        line,
        at: `Bundle.entry[${index}].resource`,
        ...identity(resourceType, id),
        issues: locatedIn(text, line, STEPS_TO_RESOURCE, all),
      };
    }
    const own = [...(byEntry.get(undefined) ?? []), ...parts.finish()];
    const issues = own.map((each) => ({ ...each, line: lineOf(each, bundle, window) }));
    yield { file, line: bundle.line, ...identity('Bundle', parts.id), issues };
  } catch (error) {
    yield problemIn({ file, reason: unreadable(error) });
  } finally {
    window.close();
    lookup.close();
  }
}

/** Line of an issue that is not in a resource. */
function lineOf({ expression = '' }: Issue, bundle: BundleOutline, window: FileWindow): number {
  const [member, index, ...steps] = stepsOf(expression);
  if (member !== 'entry' || index === undefined) return lineInFrame(stepsOf(expression), bundle);
  const entry = bundle.offsets.entry(Number(index));
  if (steps.length === 0) return entry.line;
  const text = textAt(window, entry);
  const [offset = 0] = locate(text, 0, [steps]);
  return new LineCounter(text, entry.line).at(offset);
}

function lineInFrame(steps: readonly string[], bundle: BundleOutline): number {
  const { frame, entriesAt, entryLines, line } = bundle;
  const [offset = 0] = locate(frame, 0, [steps]);
  return new LineCounter(frame, line).at(offset) + (offset > entriesAt ? entryLines : 0);
}

function textAt(window: FileWindow, part: Part | undefined): string {
  return part === undefined ? '' : window.slice(part.start, part.end).toString();
}
