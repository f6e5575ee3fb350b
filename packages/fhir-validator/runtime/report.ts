/**
 * The issues of one validation so far.
 *
 * The generated code builds no path while it finds no issue. An issue is recorded with an empty
 * expression. Each caller on the way out sees that the count has grown and puts its own step in
 * front. So paths cost nothing until there is an issue.
 */
import type { Issue, Undecided } from '../issue.ts';
import { isObject, plainText } from './object.ts';
import type { Outlines } from './outline.ts';
import type { Policy, Settings } from './settings.ts';

/** Deeper elements are rejected and not followed, so that no input exhausts the stack. */
export const DEPTH_MAX = 200;
/** Maximum number of undecided bindings of one resource that are reported. */
const UNDECIDED_MAX = 64;

export type Draft = { -readonly [K in keyof Issue]: Issue[K] } & { expression: string };

export class Report {
  issues: Draft[] = [];
  /** Length of `issues`. Every caller compares it, so it is a field of its own. */
  count = 0;
  errors = 0;
  /**
   * Number of members in the objects that were visited. If the text has more, it has duplicate
   * keys.
   */
  keys = 0;
  /** A lower bound for the length of a text of what was visited: see text/shortest.ts. */
  shortest = 0;
  /** How many of these members were ids of elements. */
  ids = 0;
  /** Number of integers. If there is none, nobody searches the text for integers written as 1.0. */
  integers = 0;
  /** Whether an array had one of these integers. */
  hasIntegerList = false;
  depth = 0;
  /** Whether JSON.parse made the value. Then an infinite number was written as digits. */
  isParsed = false;
  /** Whether the text shows that no string has a control character. */
  isFreeOfControls = false;
  /** %resource and %rootResource of FHIRPath. */
  resource: unknown = undefined;
  root: unknown = undefined;
  /** Type of the current resource. */
  resourceType = '';
  /** Ids of elements in the current resource. Made for the first one. */
  elementIds: Set<string> | undefined = undefined;
  /**
   * Local references and canonicals (#id) under the root so far, and the contained resources that
   * refer to their container (#).
   */
  locals: Set<unknown> | undefined = undefined;
  /** Made on first use: ids under a root, and types of its contained resources by id. */
  rootIds: { readonly root: unknown; readonly ids: ReadonlySet<unknown> } | undefined = undefined;
  contained: { readonly root: unknown; readonly types: ReadonlyMap<string, string> } | undefined =
    undefined;
  /** The bundle that has the current resource, and the types of its entries by fullUrl. */
  bundle: Record<string, unknown> | undefined = undefined;
  entries: { readonly bundle: unknown; readonly types: ReadonlyMap<string, string> } | undefined =
    undefined;
  /** The last reference of the form Type/id, and its type. */
  usualReference: string | undefined = undefined;
  usualType = '';
  /** Set if the Bundle of the current resource is validated in parts. */
  outlines: Outlines | undefined = undefined;
  /** Place of the current element: the type that has it, and its step there. */
  placeType = '';
  placeStep = '';
  /** Results of `conforms`: by value, then by profile. */
  conformance: Map<unknown, Map<unknown, boolean>> | undefined = undefined;
  /** The value that imposed profiles are checked for, and those checked so far. */
  imposed: { readonly value: unknown; readonly checks: Set<unknown> } | undefined = undefined;
  /** Number of profiles that were followed to get to the current value. */
  hops = 0;
  /** `package#version` of the current profile, for its issues. */
  guide: string | undefined = undefined;
  /** The meta.profile of the current resource. */
  declared: unknown = undefined;
  readonly settings: Settings;
  /**
   * Whether undecided codings are reported. Every open binding reads it, so it is a field of its
   * own.
   */
  readonly asks: boolean;
  /** Grows with each question, because questions do not count towards the maximum of issues. */
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

  /**
   * Records a value that starts with # in the current resource. dom-3 asks for a reference from
   * elsewhere, so a contained resource's reference to itself does not count.
   */
  local(value: string): void {
    if (this.resource !== this.root && isObject(this.resource)) {
      if (value === `#${plainText(this.resource['id'])}`) return;
    }
    this.locals ??= new Set();
    this.locals.add(value === '#' ? this.resource : value);
  }

  /**
   * `rule` is the stable id of the broken rule: a key such as `dom-3`, or a name such as
   * `fhir-r4/date`.
   */
  error(rule: string, code: string, text: string, step = ''): void {
    this.errors++;
    if (this.count < this.issuesMax) this.#push('error', rule, code, text, step);
  }

  /**
   * The last place is kept for an error, so that many warnings cannot make a resource look valid.
   */
  warning(rule: string, code: string, text: string, step = ''): void {
    if (this.count < this.issuesMax - 1) this.#push('warning', rule, code, text, step);
  }

  /** Reports a violated invariant by its key. */
  broken(key: string, text: string, step = ''): void {
    this.error(key, 'invariant', `${key}: ${text}`, step);
  }

  /**
   * Reports an undecided binding. The caller removes the issue, or makes it an error, once a
   * terminology server has answered. Until then its text says that the code was not verified.
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

  /** True if no more issues are kept, so that checks which can only add issues may be skipped. */
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

  /**
   * Returns the issues so far, with the root's name in front of their expressions. Later issues get
   * what is left of the maximum.
   */
  take(root: string): Issue[] {
    const { issues } = this;
    for (const issue of issues) issue.expression = root + issue.expression;
    this.issues = [];
    this.issuesMax -= this.count;
    this.count = 0;
    return issues;
  }

  /**
   * Puts the root's name in front of all expressions, adds the final issues, and releases
   * everything else.
   */
  finish(root: string): void {
    if (this.#unasked > 0) {
      const text = `Not verified, because there are too many or their codes are too long: ${this.#unasked} bindings`;
      this.#push('information', UNVERIFIED, 'incomplete', text, '');
    }
    for (const issue of this.issues) issue.expression = root + issue.expression;
    this.#forget();
  }

  /** The report lives longer than the resource, which may be large. */
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
    const draft: Draft = { severity, code, text, rule, expression: rendered(step) };
    if (undecided) draft.undecided = undecided;
    if (this.guide !== undefined) draft.guide = this.guide;
    this.issues.push(draft);
    this.count++;
  }
}

/**
 * The step in an expression. A step is a member name, may have an index or further steps, and loses
 * the `_` of a sibling.
 */
function rendered(step: string): string {
  if (step === '') return '';
  return `.${step.charCodeAt(0) === UNDERSCORE ? step.slice(1) : step}`;
}

const UNDERSCORE = 95;
const UNVERIFIED = 'fhir-r4/binding-not-verified';
const NOT_VERIFIED = 'The code was not verified';
