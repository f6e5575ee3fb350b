/** The resources of a Bundle that is too large to be in memory as a whole. */

/**
 * Takes the place of a resource in a Bundle that is validated in parts. It has the members that
 * rules of the Bundle read.
 */
export class ResourceOutline {
  readonly resourceType: unknown;
  readonly id: unknown;
  readonly meta: { readonly versionId: unknown } | undefined;

  constructor(resourceType: unknown, id: unknown, meta?: { readonly versionId: unknown }) {
    this.resourceType = resourceType;
    this.id = id;
    this.meta = meta;
  }
}

/** Finds the resources of such a Bundle. */
export interface Outlines {
  resourceOf(outline: ResourceOutline): Record<string, unknown>;
  /** The resource itself if it has no outline. */
  outlineOf(resource: unknown): unknown;
}
