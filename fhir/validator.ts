/**
 * Validates FHIR R4 resources with the code that fhir/compiler/ generates. Never throws, whatever
 * the input: what cannot be a resource is an issue like any other. Valid means: no issue of
 * severity `error`.
 */
import type { Issue } from '../core/verdict.ts';
import { policies, profiles, resources, selections } from './generated/validator.js';
import { forgetMembers } from './runtime/fhirpath.ts';
import { isObject } from './runtime/object.ts';
import { quote, Report, type Settings } from './runtime/report.ts';
import { dispatch } from './runtime/resources.ts';
import { fractionalIntegers } from './text/integers.ts';
import {
  mayHaveDuplicateKeys,
  mayHaveIntegralFractions,
  mayHaveLoneSurrogates,
} from './text/scan.ts';
import { duplicateKeys, loneSurrogates, syntaxIssue } from './text/text-issues.ts';
import { isTooHeavy } from './text/weight.ts';

/** How many issues, and which severity what is not decided has. Defaults in DEFAULTS. */
export interface Limits extends Partial<Omit<Settings, 'resourceTypes'>> {
  /** Who sent it: a source may have profiles of its own. */
  readonly source?: string | undefined;
}

const DEFAULTS: Settings = {
  // Issues beyond this many are not reported; at least one error always is.
  issuesMax: 100,
  ...policies,
  resourceTypes: resources,
};

export interface Validation {
  readonly resourceType?: string;
  readonly id?: string;
  /** In document order, expressions in indexed FHIRPath. */
  readonly issues: Issue[];
}

/** Validates JSON text, which may be anything. */
export function validateText(text: string, limits: Limits = {}): Validation {
  if (isTooHeavy(text)) return { issues: [TOO_HEAVY] };
  const found = inspectText(text, limits);
  if ('issues' in found) return found;
  const { report, identity } = found;
  const issues = textIssues(text, report, identity.resourceType ?? 'Resource', limits);
  return { ...identity, issues: issues.length > 0 ? [...issues, ...report.issues] : report.issues };
}

/** The parsed value ends here: what is left to look at needs the room that it takes. */
function inspectText(
  text: string,
  limits: Limits,
): Validation | { report: Report; identity: Identity } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { issues: [syntaxIssue(text, error instanceof Error ? error.message : String(error))] };
  }
  if (!isObject(value)) return notAResource(value);
  return { report: inspectResource(value, limits, true), identity: identityOf(value) };
}

/** Validates a parsed JSON value, which may be anything. */
export function validateResource(value: unknown, limits: Limits = {}): Validation {
  if (!isObject(value)) return notAResource(value);
  return { ...identityOf(value), issues: inspectResource(value, limits, false).issues };
}

const TOO_HEAVY: Issue = {
  severity: 'error',
  code: 'too-costly',
  text: 'The resource needs more memory than the validator has',
  rule: 'limits/memory',
};

function inspectResource(
  value: Record<string, unknown>,
  limits: Limits,
  isParsed: boolean,
): Report {
  const { default: everybody, sources } = selections;
  const { source } = limits;
  const isNamed = source !== undefined && Object.hasOwn(sources, source);
  const selection = isNamed ? sources[source] : everybody;
  const report = new Report({ ...DEFAULTS, ...(selection && { selection }), ...limits });
  report.isParsed = isParsed;
  dispatch(value, resources, profiles, report, false);
  forgetMembers();
  report.finish(rootName(value));
  return report;
}

/** What the value no longer shows. Each look costs a walk, and is taken only on suspicion. */
function textIssues(text: string, report: Report, root: string, limits: Limits): Issue[] {
  const issuesMax = report.issuesMax - report.count;
  const issues: Issue[] = [];
  if (mayHaveDuplicateKeys(text, report.keys)) issues.push(...duplicateKeys(text, root, issuesMax));
  if (mayHaveLoneSurrogates(text)) issues.push(...loneSurrogates(text, root, issuesMax));
  if (report.integers > 0 && issuesMax > 0 && mayHaveIntegralFractions(text)) {
    issues.push(
      ...fractionalIntegers(
        text,
        report.issues,
        (value) => inspectResource(value, limits, true).issues,
      ),
    );
  }
  return issues;
}

type Identity = Pick<Validation, 'resourceType' | 'id'>;

function identityOf({ resourceType, id }: Record<string, unknown>): Identity {
  return {
    ...(isKnownType(resourceType) ? { resourceType } : {}),
    ...(typeof id === 'string' && id.length <= 64 ? { id } : {}),
  };
}

function notAResource(value: unknown): Validation {
  const text = `A FHIR resource is a JSON object, not ${quote(value)}`;
  return { issues: [{ severity: 'error', code: 'structure', text, rule: 'fhir-r4/json-shape' }] };
}

function rootName({ resourceType }: Record<string, unknown>): string {
  return isKnownType(resourceType) ? resourceType : 'Resource';
}

function isKnownType(type: unknown): type is string {
  return typeof type === 'string' && resources.has(type);
}
