/**
 * Validates a Bundle that is not held as a whole: first the Bundle with an outline in the place of each
 * resource, then one resource after the other. The issues are those of the whole Bundle: one
 * report runs through all parts. What a rule of another part needs of a resource is in its outline, or the
 * resource is loaded again.
 */
import type { Issue } from './issue.ts';
import { forgetMembers } from './runtime/fhirpath.ts';
import { isObject } from './runtime/object.ts';
import { type Outlines, Report, type ResourceOutline, type Settings } from './runtime/report.ts';
import { type Check, one } from './runtime/shapes.ts';
import { escapesIn } from './text/scan.ts';
import { textIssues } from './text/text-issues.ts';

type Resource = Record<string, unknown>;

/** A Bundle whose resources are outlines. */
export interface OutlinedBundle {
  readonly value: Resource;
  /** The text of a resource that another one refers to. */
  readonly textOf: (outline: ResourceOutline) => string;
}

/** What rules of a document or a message follow leads through all its resources. */
const HELD_AS_A_WHOLE: readonly unknown[] = ['document', 'message'];
/** Resources that others refer to, kept for the next that does. */
const LOADED_MAX = 1000;

export class BundleParts implements Outlines {
  readonly #check: Check;
  readonly #bundle: OutlinedBundle;
  readonly #settings: Settings;
  readonly #report: Report;
  #resource: Resource = {};
  #outline: ResourceOutline | undefined;
  readonly #loaded = new Map<ResourceOutline, Resource>();
  readonly #outlines = new Map<unknown, ResourceOutline>();

  /** @param check of any resource */
  constructor(check: Check, settings: Settings, bundle: OutlinedBundle) {
    this.#check = check;
    this.#settings = settings;
    this.#bundle = bundle;
    this.#report = this.#newReport();
  }

  /** Whether all rules give the result of the whole. */
  static canValidate({ type, meta }: Resource, { selection }: Settings): boolean {
    const hasProfiles =
      selection?.['Bundle'] !== undefined || (isObject(meta) && meta['profile'] !== undefined);
    return typeof type === 'string' && !HELD_AS_A_WHOLE.includes(type) && !hasProfiles;
  }

  /** As a validation has it: only what is short enough for an id. */
  get id(): string | undefined {
    const { id } = this.#bundle.value;
    return typeof id === 'string' && id.length <= 64 ? id : undefined;
  }

  /** The issues of the Bundle itself, and of what stands around the resources. */
  frame(): Issue[] {
    const report = this.#report;
    this.#check(this.#bundle.value, report);
    forgetMembers();
    return report.take('Bundle');
  }

  /** The issues of the resource of an entry. Its text is well-formed, and an object. */
  resource(index: number, outline: ResourceOutline, text: string): Issue[] {
    const escapes = escapesIn(text);
    const report = this.#report;
    report.isFreeOfControls = !escapes.hasControl;
    this.#resource = JSON.parse(text);
    this.#outline = outline;
    const issues = this.#inspect(this.#resource, index, report);
    const root = `Bundle.entry[${index}].resource`;
    const found = textIssues(text, escapes, root, report, issues, (value) =>
      this.#inspect(value, index, this.#newReport()),
    );
    return found.length > 0 ? [...found, ...issues] : issues;
  }

  /** After all of them: what was left out. */
  finish(): Issue[] {
    this.#report.finish('Bundle');
    return this.#report.issues;
  }

  /** As the resource stands in its entry. */
  #inspect(value: Resource, index: number, report: Report): Issue[] {
    report.keys = 0;
    report.integers = 0;
    report.hasIntegerList = false;
    report.conformance = undefined;
    report.resource = this.#bundle.value;
    report.root = this.#bundle.value;
    report.resourceType = 'Bundle';
    report.depth = 1;
    one(value, this.#check, report, `entry[${index}].resource`, 'Bundle.entry');
    forgetMembers();
    return report.take('Bundle');
  }

  #newReport(): Report {
    const report = new Report(this.#settings);
    report.isParsed = true;
    report.outlines = this;
    return report;
  }

  /** The resource that an outline stands for. */
  resourceOf(outline: ResourceOutline): Resource {
    if (outline === this.#outline) return this.#resource;
    const known = this.#loaded.get(outline);
    if (known) return known;
    const resource = JSON.parse(this.#bundle.textOf(outline)) as Resource;
    if (this.#loaded.size === LOADED_MAX) {
      this.#loaded.clear();
      this.#outlines.clear();
    }
    this.#loaded.set(outline, resource);
    this.#outlines.set(resource, outline);
    return resource;
  }

  outlineOf(resource: unknown): unknown {
    return resource === this.#resource ? this.#outline : (this.#outlines.get(resource) ?? resource);
  }
}
