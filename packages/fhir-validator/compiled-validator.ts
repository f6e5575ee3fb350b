/**
 * Validates FHIR R4 resources with the code that compiler/ generates. It never throws: input that
 * is not a resource gets an issue too. A resource is valid if it has no issue of severity `error`.
 */
import type { Issue } from './issue.ts';
import { forgetMembers } from './runtime/fhirpath.ts';
import { isObject, memberOf } from './runtime/object.ts';
import type { Profiles } from './runtime/profiles.ts';
import { type Policies, quote, Report, type Settings } from './runtime/report.ts';
import { dispatch } from './runtime/resources.ts';
import type { Selections } from './runtime/selection.ts';
import type { Check } from './runtime/shapes.ts';
import { fractionalIntegers } from './text/integers.ts';
import {
  mayHaveDuplicateKeys,
  mayHaveIntegralFractions,
  mayHaveLoneSurrogates,
} from './text/scan.ts';
import { duplicateKeys, loneSurrogates, syntaxIssue } from './text/text-issues.ts';
import { isTooHeavy } from './text/weight.ts';

/** What a generated module exports. */
export interface Compiled {
  readonly resources: ReadonlyMap<string, Check>;
  readonly profiles: Profiles;
  readonly policies: Policies;
  readonly selections: Selections;
}

/** The maximum number of issues, and the severities of problems that the specification leaves open. */
export interface Limits extends Partial<Omit<Settings, 'resourceTypes'>> {
  /** The sender's source, which may have its own profiles. */
  readonly source?: string | undefined;
}

export interface Validation {
  readonly resourceType?: string;
  readonly id?: string;
  /** In document order. Expressions are FHIRPath with indices. */
  readonly issues: Issue[];
}

/** The default maximum. Further issues are not reported, but at least one error always is. */
const ISSUES_MAX = 100;

export class CompiledValidator {
  readonly #compiled: Compiled;
  readonly #defaults: Settings;

  constructor(compiled: Compiled) {
    const { policies, resources } = compiled;
    this.#compiled = compiled;
    this.#defaults = { issuesMax: ISSUES_MAX, ...policies, resourceTypes: resources };
  }

  /**
   * Validates any JSON text. Never throws: a syntax error, or a text that is too large for the
   * heap, is an issue.
   */
  validateText(text: string, limits: Limits = {}): Validation {
    if (isTooHeavy(text)) return { issues: [TOO_HEAVY] };
    const found = this.#inspectText(text, limits);
    if ('issues' in found) return found;
    const { report, identity } = found;
    const issues = this.#textIssues(text, report, identity.resourceType ?? 'Resource', limits);
    return {
      ...identity,
      issues: issues.length > 0 ? [...issues, ...report.issues] : report.issues,
    };
  }

  /**
   * Validates any parsed JSON value. Never throws. Only `validateText` finds duplicate keys and
   * lone surrogates.
   */
  validateResource(value: unknown, limits: Limits = {}): Validation {
    if (!isObject(value)) return notAResource(value);
    const { identity, report } = this.#inspect(value, limits, false);
    return { ...identity, issues: report.issues };
  }

  /**
   * A function of its own, so that the parsed value can be collected: the checks of the text need
   * its memory.
   */
  #inspectText(text: string, limits: Limits): Validation | Inspected {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return { issues: [syntaxIssue(text, said)] };
    }
    if (!isObject(value)) return notAResource(value);
    return this.#inspect(value, limits, true);
  }

  #inspect(value: Record<string, unknown>, limits: Limits, isParsed: boolean): Inspected {
    const { resources, profiles, selections } = this.#compiled;
    const { default: everybody, sources } = selections;
    const { source } = limits;
    const isNamed = source !== undefined && Object.hasOwn(sources, source);
    const selection = isNamed ? sources[source] : everybody;
    const report = new Report({ ...this.#defaults, ...(selection && { selection }), ...limits });
    report.isParsed = isParsed;
    dispatch(value, resources, profiles, report, false);
    forgetMembers();
    const identity = this.#identityOf(value);
    report.finish(identity.resourceType ?? 'Resource');
    return { report, identity };
  }

  /**
   * Checks the text for faults that the parsed value no longer shows. Each check scans the text
   * again, so it runs only if a quick search says that there may be such a fault.
   */
  #textIssues(text: string, report: Report, root: string, limits: Limits): Issue[] {
    const issuesMax = report.issuesMax - report.count;
    const issues: Issue[] = [];
    if (mayHaveDuplicateKeys(text, report.keys))
      issues.push(...duplicateKeys(text, root, issuesMax));
    if (mayHaveLoneSurrogates(text)) issues.push(...loneSurrogates(text, root, issuesMax));
    if (report.integers > 0 && issuesMax > 0 && mayHaveIntegralFractions(text)) {
      const inspect = (value: Record<string, unknown>) =>
        this.#inspect(value, limits, true).report.issues;
      issues.push(...fractionalIntegers(text, report.issues, inspect));
    }
    return issues;
  }

  #identityOf(value: Record<string, unknown>): Identity {
    const resourceType = memberOf(value, 'resourceType');
    const id = memberOf(value, 'id');
    return {
      ...(this.#isKnownType(resourceType) ? { resourceType } : {}),
      ...(typeof id === 'string' && id.length <= 64 ? { id } : {}),
    };
  }

  #isKnownType(type: unknown): type is string {
    return typeof type === 'string' && this.#compiled.resources.has(type);
  }
}

type Identity = Pick<Validation, 'resourceType' | 'id'>;

interface Inspected {
  readonly report: Report;
  readonly identity: Identity;
}

const TOO_HEAVY: Issue = {
  severity: 'error',
  code: 'too-costly',
  text: 'The resource needs more memory than the validator has',
  rule: 'limits/memory',
};

function notAResource(value: unknown): Validation {
  const text = `A FHIR resource is a JSON object, not ${quote(value)}`;
  return { issues: [{ severity: 'error', code: 'structure', text, rule: 'fhir-r4/json-shape' }] };
}
