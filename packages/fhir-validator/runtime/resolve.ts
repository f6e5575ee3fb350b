/** Finds the target of a reference in the resource or its Bundle, without a request to a server. */
import { isObject, plainText } from './object.ts';
import { ResourceOutline } from './outline.ts';
import type { Report } from './report.ts';

type Resource = Record<string, unknown>;

/** Entries with a version are also found by `…/_history/version`. */
interface BundleIndex {
  readonly byUrl: ReadonlyMap<string, Resource>;
  /** By `Patient/1`, for entries whose fullUrl is not the url of a server. */
  readonly byName: ReadonlyMap<string, Resource>;
  readonly urlOf: ReadonlyMap<unknown, string>;
}

const indexes = new WeakMap<object, BundleIndex>();
const containedById = new WeakMap<object, ReadonlyMap<unknown, Resource>>();
/** Matches the url of a resource on a server. Captures the base. */
const BASE = /^(https?:\/\/[^\s?#]{1,2000}\/)[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/;

/**
 * The resource that a Reference, a canonical or a uri points to. Undefined if it is not loaded.
 * `owner` is the resource that has it.
 */
export function resolved(
  value: unknown,
  report: Report,
  owner: unknown = report.root,
): Resource | undefined {
  const to = isObject(value) ? value['reference'] : value;
  if (typeof to !== 'string' || to === '') return undefined;
  if (to.charCodeAt(0) === 35) return resolvedLocal(to.slice(1), owner);
  if (report.bundle === undefined) return undefined;
  const found = inBundle(to, owner, report.bundle, report);
  return found instanceof ResourceOutline ? report.outlines?.resourceOf(found) : found;
}

/**
 * As `resolved`, for a Reference that may be in any resource: an invariant of a Bundle looks at those
 * of its entries, and one that has followed a reference at those of the target.
 */
export function resolvedAnywhere(value: unknown, report: Report): Resource | undefined {
  const top = report.bundle ?? report.root;
  const holds = isObject(top) && isObject(value) && HOLDERS.has(top['resourceType']);
  return resolved(value, report, holds ? (ownersIn(top).get(value) ?? report.root) : report.root);
}

/** Types that have other resources, each with contained resources and a place of its own. */
const HOLDERS: ReadonlySet<unknown> = new Set(['Bundle', 'Parameters']);
const owners = new WeakMap<object, ReadonlyMap<unknown, Resource>>();

function ownersIn(top: Resource): ReadonlyMap<unknown, Resource> {
  const known = owners.get(top);
  if (known) return known;
  const found = new Map<unknown, Resource>();
  const open: { of: Resource; owner: Resource }[] = [{ of: top, owner: top }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { of, owner } = next;
    if (typeof of['reference'] === 'string') found.set(of, owner);
    for (const [key, value] of Object.entries(of)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (!isObject(each)) continue;
        const isOwner = each['resourceType'] !== undefined && key !== 'contained';
        open.push({ of: each, owner: isOwner ? each : owner });
      }
    }
  }
  owners.set(top, found);
  return found;
}

function inBundle(
  to: string,
  owner: unknown,
  bundle: Resource,
  report: Report,
): Resource | undefined {
  const { byUrl, byName, urlOf } = indexOf(bundle);
  const entry = report.outlines?.outlineOf(owner) ?? owner;
  if (to.includes(':')) return byUrl.get(to);
  const base = BASE.exec(urlOf.get(entry) ?? '')?.[1];
  return base === undefined ? byName.get(to) : byUrl.get(base + to);
}

function resolvedLocal(id: string, root: unknown): Resource | undefined {
  if (!isObject(root)) return undefined;
  if (id === '') return root;
  const known = containedById.get(root) ?? new Map(resourcesIn(root['contained']).map(byId));
  containedById.set(root, known);
  return known.get(id);
}

function byId(resource: Resource): [unknown, Resource] {
  return [resource['id'], resource];
}

function resourcesIn(list: unknown): Resource[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function indexOf(bundle: Resource): BundleIndex {
  const known = indexes.get(bundle);
  if (known) return known;
  const byUrl = new Map<string, Resource>();
  const byName = new Map<string, Resource>();
  const urlOf = new Map<unknown, string>();
  for (const { fullUrl, resource } of resourcesIn(bundle['entry'])) {
    if (!isObject(resource)) continue;
    const name = `${plainText(resource['resourceType'])}/${plainText(resource['id'])}`;
    add(byName, name, resource);
    if (typeof fullUrl !== 'string') continue;
    add(byUrl, fullUrl, resource);
    urlOf.set(resource, fullUrl);
  }
  const index = { byUrl, byName, urlOf };
  indexes.set(bundle, index);
  return index;
}

/** The first one with a key stays. */
function add(index: Map<string, Resource>, name: string, resource: Resource): void {
  for (const key of keysOf(name, resource)) if (!index.has(key)) index.set(key, resource);
}

/** By what a reference finds a resource of that name or url: also with its version, if it has one. */
export function keysOf(name: string, resource: unknown): readonly string[] {
  const meta = isObject(resource) ? resource['meta'] : undefined;
  const version = isObject(meta) ? meta['versionId'] : undefined;
  return typeof version === 'string' ? [name, `${name}/_history/${version}`] : [name];
}
