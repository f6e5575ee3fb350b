/**
 * Validates FHIR R4 resources with the code that compiler/ generates. It never throws: input that
 * is not a resource gets an issue too. A resource is valid if it has no issue of severity `error`.
 */
import { BundleParts, type OutlinedBundle } from './bundle-parts.ts';
import type { Issue } from './issue.ts';
import { forgetMembers } from './runtime/fhirpath.ts';
import { isObject } from './runtime/object.ts';
import type { Profiles } from './runtime/profiles.ts';
import { quote } from './runtime/quote.ts';
import { Report } from './runtime/report.ts';
import { dispatch } from './runtime/resources.ts';
import type { Selection, Selections } from './runtime/selection.ts';
import type { Policies, Settings } from './runtime/settings.ts';
import type { Check } from './runtime/shapes.ts';
import { type Escapes, escapesIn } from './text/scan.ts';
import { syntaxIssue, textIssues } from './text/text-issues.ts';
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
const NO_LIMITS: Limits = {};

export class CompiledValidator {
  readonly #compiled: Compiled;
  readonly #defaults: Settings;

  constructor(compiled: Compiled) {
    const { policies, resources, selections } = compiled;
    this.#compiled = compiled;
    const settings = { issuesMax: ISSUES_MAX, ...policies, resourceTypes: resources };
    this.#defaults = withSelection(settings, selections.default);
  }

  /**
   * Validates any JSON text. Never throws: a syntax error, or a text that is too large for the
   * heap, is an issue.
   */
  validateText(text: string, limits: Limits = NO_LIMITS): Validation {
    // A caller without types may pass bytes, or nothing.
    if (typeof text !== 'string') return notAText(text);
    if (isTooHeavy(text)) return { issues: [TOO_HEAVY] };
    const escapes = escapesIn(text);
    const found = this.#inspectText(text, escapes, limits);
    if (!('report' in found)) return found;
    const { report, validation } = found;
    const root = validation.resourceType ?? 'Resource';
    const issues = textIssues(text, escapes, root, report, report.issues, (value) => {
      const again = this.#report(limits);
      again.isParsed = true;
      return this.#inspect(value, again).validation.issues;
    });
    return issues.length > 0
      ? { ...validation, issues: [...issues, ...report.issues] }
      : validation;
  }

  /**
   * Validates any parsed JSON value. Never throws. Only `validateText` finds duplicate keys and
   * lone surrogates.
   */
  validateResource(value: unknown, limits: Limits = NO_LIMITS): Validation {
    if (!isObject(value)) return notAResource(value);
    return this.#inspect(value, this.#report(limits)).validation;
  }

  /**
   * For a Bundle that is not in memory as a whole. Undefined if only the whole Bundle gives the
   * right result.
   */
  bundleParts(bundle: OutlinedBundle, limits: Limits = NO_LIMITS): BundleParts | undefined {
    const { resources, profiles } = this.#compiled;
    const settings = this.#settingsOf(limits);
    if (!BundleParts.canValidate(bundle.value, settings)) return undefined;
    const check: Check = (value, report) => dispatch(value, resources, profiles, report, false);
    return new BundleParts(check, settings, bundle);
  }

  /**
   * A function of its own, so that the parsed value can be collected: the checks of the text need
   * its memory.
   */
  #inspectText(text: string, escapes: Escapes, limits: Limits): Validation | Inspected {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return { issues: [syntaxIssue(text, said)] };
    }
    if (!isObject(value)) return notAResource(value);
    const report = this.#report(limits);
    report.isParsed = true;
    report.isFreeOfControls = !escapes.hasControl;
    return this.#inspect(value, report);
  }

  #report(limits: Limits): Report {
    return new Report(limits === NO_LIMITS ? this.#defaults : this.#settingsOf(limits));
  }

  #settingsOf(limits: Limits): Settings {
    const { sources } = this.#compiled.selections;
    const { source } = limits;
    const isNamed = source !== undefined && Object.hasOwn(sources, source);
    const settings = isNamed ? withSelection(this.#defaults, sources[source]) : this.#defaults;
    return { ...settings, ...limits };
  }

  #inspect(value: Record<string, unknown>, report: Report): Inspected {
    const { resources, profiles } = this.#compiled;
    dispatch(value, resources, profiles, report, false);
    forgetMembers();
    const validation = this.#validationOf(value, report.issues);
    report.finish(validation.resourceType ?? 'Resource');
    return { report, validation };
  }

  /** `issues` is the report's array, which the report still changes. */
  #validationOf(value: Record<string, unknown>, issues: Issue[]): Validation {
    let resourceType: unknown;
    let id: unknown;
    // A loop is faster than two accesses by name: see memberOf.
    for (const key in value) {
      if (key === 'resourceType') resourceType = value[key];
      else if (key === 'id') id = value[key];
      if (resourceType !== undefined && id !== undefined) break;
    }
    const type = this.#isKnownType(resourceType) ? resourceType : undefined;
    if (typeof id !== 'string' || id.length > 64) {
      return type === undefined ? { issues } : { resourceType: type, issues };
    }
    return type === undefined ? { id, issues } : { resourceType: type, id, issues };
  }

  #isKnownType(type: unknown): type is string {
    return typeof type === 'string' && this.#compiled.resources.has(type);
  }
}

interface Inspected {
  readonly report: Report;
  readonly validation: Validation;
}

/** Leaves out an empty selection, so that no resource is looked up in it. */
function withSelection(settings: Settings, selection: Selection | undefined): Settings {
  const { selection: _, ...others } = settings;
  const isEmpty = selection === undefined || Object.keys(selection).length === 0;
  return isEmpty ? others : { ...others, selection };
}

const TOO_HEAVY: Issue = {
  severity: 'error',
  code: 'too-costly',
  text: 'The resource needs more memory than the validator has',
  rule: 'limits/memory',
};

function notAText(value: unknown): Validation {
  const what = ArrayBuffer.isView(value) ? 'bytes: decode them first' : typeof value;
  const text = `validateText takes a string, not ${what}`;
  return { issues: [{ severity: 'error', code: 'structure', text, rule: 'fhir-r4/text' }] };
}

function notAResource(value: unknown): Validation {
  const text = `A FHIR resource is a JSON object, not ${quote(value)}`;
  return { issues: [{ severity: 'error', code: 'structure', text, rule: 'fhir-r4/json-shape' }] };
}
