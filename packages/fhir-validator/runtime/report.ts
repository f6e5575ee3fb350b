/**
 * The results of one validation so far.
 *
 * The generated code never builds a path while all is well. An issue is recorded where it is found
 * with an empty expression; each caller on the way out sees that the count has grown and puts its
 * own step in front. So paths cost nothing until something is wrong.
 */
import type { Issue, Undecided } from '../issue.ts';
import type { Selection } from './selection.ts';

/** Elements nested deeper than this are rejected, not followed: no input exhausts the stack. */
export const DEPTH_MAX = 200;
const QUOTE_MAX = 64;
/** How many bindings of one resource may be asked about. */
const UNDECIDED_MAX = 64;

export type Draft = { -readonly [K in keyof Issue]: Issue[K] } & { expression: string };

export type Policy = 'error' | 'warning' | 'ignore';

/** Severities of what the base specification leaves open; set by the configuration. */
export interface Policies {
  /** An extension that no definition at hand describes. */
  readonly unknownExtension: Policy;
  /** A reference to a resource of a type that the element does not allow. */
  readonly referenceTarget: Policy;
  /** A profile in meta.profile that the configuration does not supply. */
  readonly unknownProfile: Policy;
}

export interface Settings extends Policies {
  readonly issuesMax: number;
  /** Whether the caller can ask about codes that the definitions at hand do not decide. */
  readonly undecided?: boolean;
  /** Profiles that the configuration asks for, whatever a resource declares. */
  readonly selection?: Selection;
  /** Epoch ms, for limits that are relative to it; the clock's where it is not given. */
  readonly now?: number;
  /** Names of all resource types. */
  readonly resourceTypes: { has(name: string): boolean };
}

export class Report {
  readonly issues: Draft[] = [];
  /** Length of `issues`; compared by every caller, so kept flat. */
  count = 0;
  errors = 0;
  /** Members of objects seen: fewer than the text holds means duplicate keys. */
  keys = 0;
  /** Members of these that are the id of an element. */
  ids = 0;
  /** Integers seen: only then does it matter whether the text writes numbers as 1.0. */
  integers = 0;
  depth = 0;
  /** Whether JSON.parse made the value: then a number beyond a double was written as digits. */
  isParsed = false;
  /** FHIRPath's %resource and %rootResource. */
  resource: unknown = undefined;
  root: unknown = undefined;
  /** Of the resource at hand. */
  resourceType = '';
  /** Ids of the elements of the resource so far, made when the first is met. */
  elementIds: Set<string> | undefined = undefined;
  /**
   * Local references and canonicals (#id) seen under the root so far, and the contained resources
   * that refer to their container (#).
   */
  locals: Set<unknown> | undefined = undefined;
  /** Made when first asked for: ids under a root, and types of what is contained there, by id. */
  rootIds: { readonly root: unknown; readonly ids: ReadonlySet<unknown> } | undefined = undefined;
  contained: { readonly root: unknown; readonly types: ReadonlyMap<string, string> } | undefined =
    undefined;
  /** The bundle that holds the resource at hand, and the types of its entries by fullUrl. */
  bundle: Record<string, unknown> | undefined = undefined;
  entries: { readonly bundle: unknown; readonly types: ReadonlyMap<string, string> } | undefined =
    undefined;
  /** Where the element at hand stands: the type that has it, and by which step. */
  placeType = '';
  placeStep = '';
  /** Of values whose conformance was asked: profiles, and whether they are kept. */
  conformance: Map<unknown, Map<unknown, boolean>> | undefined = undefined;
  /** How many profiles of types and of targets led to the value at hand. */
  hops = 0;
  /** `package#version` of the profile at hand: issues name it. */
  guide: string | undefined = undefined;
  /** The meta.profile of the resource at hand, where it has one. */
  declared: unknown = undefined;
  readonly settings: Settings;
  /** Whether undecided codings are reported: read at each open binding, so kept flat. */
  readonly asks: boolean;
  /** Questions do not count towards the maximum of issues, so this grows with them. */
  issuesMax: number;
  #asked = 0;
  #unasked = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.asks = settings.undecided === true;
    this.issuesMax = settings.issuesMax;
  }

  /** Reports with the severity of the policy, or not at all. */
  byPolicy(policy: Policy, rule: string, code: string, text: string, step = ''): void {
    if (policy === 'error') this.error(rule, code, text, step);
    else if (policy === 'warning') this.warning(rule, code, text, step);
  }

  /** Notes a value that starts with #, at the resource at hand. */
  local(value: string): void {
    this.locals ??= new Set();
    this.locals.add(value === '#' ? this.resource : value);
  }

  /** `rule` is the stable id of what is broken: a key such as `dom-3`, or a name with its origin. */
  error(rule: string, code: string, text: string, step = ''): void {
    this.errors++;
    if (this.count < this.issuesMax) this.#push('error', rule, code, text, step);
  }

  /** The last place is reserved for an error, so that many warnings cannot make the resource look valid. */
  warning(rule: string, code: string, text: string, step = ''): void {
    if (this.count < this.issuesMax - 1) this.#push('warning', rule, code, text, step);
  }

  /** A broken invariant, by its key. */
  broken(key: string, text: string, step = ''): void {
    this.error(key, 'invariant', `${key}: ${text}`, step);
  }

  /**
   * An issue that may be removed or become an error once a server was asked; until then it says that
   * none was asked.
   */
  ask(undecided: Undecided, step: string): void {
    if (this.#asked === UNDECIDED_MAX) {
      this.leaveUnasked();
      return;
    }
    this.#asked++;
    this.issuesMax++;
    const rule = `fhir-r4/${undecided.strength}-binding`;
    this.#push('information', rule, 'incomplete', NOT_VERIFIED, step, undecided);
  }

  leaveUnasked(): void {
    this.#unasked++;
  }

  /** No more issues are kept, so checks whose only result would be an issue can be skipped. */
  get isFull(): boolean {
    return this.count >= this.issuesMax;
  }

  /** Puts a step before the expressions of all issues since `from`. Returns the new count. */
  under(from: number, step: string): number {
    const prefix = rendered(step);
    for (let i = from; i < this.count; i++) {
      const issue = this.issues[i];
      if (issue) issue.expression = prefix + issue.expression;
    }
    return this.count;
  }

  /** Puts the name of the root before all expressions, adds the final issues, and releases the rest. */
  finish(root: string): void {
    if (this.#unasked > 0) {
      const text = `Bindings not verified, being too many or too long: ${this.#unasked}`;
      this.#push('information', UNVERIFIED, 'incomplete', text, '');
    }
    for (const issue of this.issues) issue.expression = root + issue.expression;
    this.#forget();
  }

  /** The report outlives the resource, which may be large. */
  #forget(): void {
    this.resource = undefined;
    this.root = undefined;
    this.rootIds = undefined;
    this.contained = undefined;
    this.bundle = undefined;
    this.entries = undefined;
    this.conformance = undefined;
    this.elementIds = undefined;
    this.locals = undefined;
  }

  #push(
    severity: Issue['severity'],
    rule: string,
    code: string,
    text: string,
    step: string,
    undecided?: Undecided,
  ): void {
    const expression = rendered(step);
    this.issues.push({
      severity,
      code,
      text,
      rule,
      expression,
      ...(undecided && { undecided }),
      ...(this.guide !== undefined && { guide: this.guide }),
    });
    this.count++;
  }
}

/** A step is a member name, with index or further steps if need be; of a sibling without its _. */
function rendered(step: string): string {
  if (step === '') return '';
  return `.${step.charCodeAt(0) === UNDERSCORE ? step.slice(1) : step}`;
}

const UNDERSCORE = 95;
const UNVERIFIED = 'fhir-r4/binding-not-verified';
const NOT_VERIFIED = 'The code was not verified';

/** A value as an issue may quote it: cut, and never the content of an object (R08). */
export function quote(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = String(value);
  const whole = text.length <= QUOTE_MAX;
  const cut = (whole ? text : `${text.slice(0, QUOTE_MAX)}…`).toWellFormed();
  return typeof value === 'string' ? `'${cut}'` : cut;
}

/** A value that is of another kind than expected: `the number 1970`, `an array`. */
export function found(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return 'a number beyond the range of a double';
  }
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return `the text ${quote(value)}`;
  return quote(value);
}
