/**
 * Validates a Bundle that is not in memory as a whole: first the Bundle with an outline in the place
 * of each resource, then one resource after the other. All parts share one report, so the issues are
 * the same as for the whole Bundle. Rules that look at another resource read its outline, or load the
 * resource again.
 */
import type { Issue } from './issue.ts';
import { forgetMembers } from './runtime/fhirpath.ts';
import { isObject } from './runtime/object.ts';
import type { Outlines, ResourceOutline } from './runtime/outline.ts';
import { Report } from './runtime/report.ts';
import type { Settings } from './runtime/settings.ts';
import { type Check, checkOne } from './runtime/shapes.ts';
import { escapesIn } from './text/scan.ts';
import { textIssues } from './text/text-issues.ts';

type Resource = Record<string, unknown>;

/** A Bundle with outlines in the place of its resources. */
export interface OutlinedBundle {
  readonly value: Resource;
  /** Text of the resource that an outline stands for. */
  readonly textOf: (outline: ResourceOutline) => string;
}

/** Types whose rules follow references through all resources of the Bundle. */
const HELD_AS_A_WHOLE: readonly unknown[] = ['document', 'message'];
/** Maximum number of referenced resources that are kept for the next reference to them. */
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

  /** Whether all rules give the same result as for the whole Bundle. */
  static canValidate({ type, meta }: Resource, { selection }: Settings): boolean {
    const hasProfiles =
      selection?.['Bundle'] !== undefined || (isObject(meta) && meta['profile'] !== undefined);
    return typeof type === 'string' && !HELD_AS_A_WHOLE.includes(type) && !hasProfiles;
  }

  /** Undefined if it is too long for an id. */
  get id(): string | undefined {
    const { id } = this.#bundle.value;
    return typeof id === 'string' && id.length <= 64 ? id : undefined;
  }

  /** Issues of everything but the resources. */
  frame(): Issue[] {
    const report = this.#report;
    this.#check(this.#bundle.value, report);
    forgetMembers();
    return report.take('Bundle');
  }

  /** Issues of one entry's resource. `text` is a valid JSON object. */
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

  /** Issues that are known after the last resource. */
  finish(): Issue[] {
    this.#report.finish('Bundle');
    return this.#report.issues;
  }

  /** Validates the resource in its place in the Bundle. */
  #inspect(value: Resource, index: number, report: Report): Issue[] {
    report.keys = 0;
    report.shortest = 0;
    report.integers = 0;
    report.hasIntegerList = false;
    report.conformance = undefined;
    report.resource = this.#bundle.value;
    report.root = this.#bundle.value;
    report.resourceType = 'Bundle';
    report.depth = 1;
    checkOne(value, this.#check, report, `entry[${index}].resource`, 'Bundle.entry');
    forgetMembers();
    return report.take('Bundle');
  }

  #newReport(): Report {
    const report = new Report(this.#settings);
    report.isParsed = true;
    report.outlines = this;
    return report;
  }

  /** Loads the resource that an outline stands for. */
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
