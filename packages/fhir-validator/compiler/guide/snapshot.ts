/**
 * Builds the trees of profiles: from the snapshot if the package has one, otherwise from the
 * differential and its base. https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { ElementDefinition, StructureDefinition } from '../definitions.ts';
import { mergedDefinition, sliceDefinition, withConstraints } from './merge-element.ts';
import {
  copyOf,
  found,
  identified,
  nodeOf,
  type ProfileNode,
  type Step,
  sliceNamed,
  stepsOf,
  treeOf,
} from './profile-tree.ts';

const TYPES = 'http://hl7.org/fhir/StructureDefinition/';

/** The differential cannot be applied to its base. The message says why. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** Finds the definition of a canonical url, as the package of the profile sees it. */
export type FindStructure = (canonical: string) => StructureDefinition | undefined;

export class Snapshots {
  readonly #find: FindStructure;
  readonly #trees = new Map<StructureDefinition, ProfileNode>();
  readonly #making = new Set<StructureDefinition>();

  constructor(find: FindStructure) {
    this.#find = find;
  }

  /**
   * Returns the tree of a profile. It is shared: copy it before you modify it. Throws
   * SnapshotError.
   */
  treeOf(structure: StructureDefinition): ProfileNode {
    const known = this.#trees.get(structure);
    if (known) return known;
    const tree = treeOf(structure.snapshot?.element ?? []) ?? this.fromDifferential(structure);
    this.#trees.set(structure, tree);
    return tree;
  }

  /**
   * Builds the tree by applying the differential to the base, even if the package has a snapshot.
   */
  fromDifferential(structure: StructureDefinition): ProfileNode {
    if (this.#making.has(structure)) throw new SnapshotError('it is based on itself');
    this.#making.add(structure);
    try {
      const base = this.#structure(structure.baseDefinition ?? '', 'its base');
      const root = copyOf(this.treeOf(base));
      const elements = identified(structure.differential?.element ?? []);
      for (const definition of elements) this.#apply(root, definition, elements);
      return root;
    } finally {
      this.#making.delete(structure);
    }
  }

  #apply(
    root: ProfileNode,
    definition: ElementDefinition,
    siblings: readonly ElementDefinition[],
  ): void {
    const node = this.#locate(root, definition, siblings);
    node.definition = mergedDefinition(node.definition, definition);
    const [type] = definition.type ?? [];
    const [profile] = type?.code === 'Extension' ? (type.profile ?? []) : [];
    const extension = profile === undefined ? undefined : this.#find(profile);
    if (extension) {
      const { constraint } = this.treeOf(extension).definition;
      node.definition = withConstraints(node.definition, constraint);
    }
  }

  /** The node of an element. Creates the nodes on the way if the base does not go that deep. */
  #locate(
    root: ProfileNode,
    definition: ElementDefinition,
    siblings: readonly ElementDefinition[],
  ): ProfileNode {
    let node = root;
    const steps = stepsOf(definition).slice(1);
    for (const [i, step] of steps.entries()) {
      this.expand(node, root);
      const child = found(node, { name: step.name });
      if (child) node = step.slice === undefined ? child : sliceOf(child, step.slice);
      else {
        const choice = node.elements.find((each) => isChoiceNamed(each, step.name));
        if (!choice)
          throw new SnapshotError(`${definition.id ?? definition.path} is not in its base`);
        const own = i === steps.length - 1 ? definition : undefined;
        node = isAlone(choice, steps.slice(0, i + 1), siblings)
          ? narrowed(choice, step.name)
          : typeSlice(choice, step.name, own);
      }
    }
    return node;
  }

  /** Gives a node the children of its type, if it has none yet. */
  expand(node: ProfileNode, root: ProfileNode): void {
    if (node.elements.length > 0) return;
    const { contentReference } = node.definition;
    const source = contentReference
      ? this.#referenced(contentReference, root)
      : this.#typeTree(node);
    node.elements.push(...source.elements.map(copyOf));
  }

  #referenced(reference: string, root: ProfileNode): ProfileNode {
    const steps = reference
      .slice(reference.indexOf('#') + 1)
      .split('.')
      .slice(1);
    const type = root.definition.path.split('.')[0] ?? '';
    const base = this.treeOf(this.#structure(TYPES + type, 'the type'));
    const node = steps.reduce<ProfileNode | undefined>((at, name) => found(at, { name }), base);
    if (!node) throw new SnapshotError(`${reference} refers to no element`);
    return node;
  }

  #typeTree({ definition }: ProfileNode): ProfileNode {
    const types = definition.type ?? [];
    const codes = new Set(types.map(({ code }) => code));
    const [code = 'Element'] = codes.size === 1 ? codes : ['Element'];
    const [profile, ...others] = types.length === 1 ? (types[0]?.profile ?? []) : [];
    const url = others.length === 0 ? profile?.split('#')[0] : undefined;
    // If a profile is missing, the gap is reported for the element that names it.
    const named = url === undefined ? undefined : this.#find(url);
    return this.treeOf(named ?? this.#structure(urlOfType(code), 'the type'));
  }

  #structure(url: string, what: string): StructureDefinition {
    const structure = this.#find(url);
    if (!structure) throw new SnapshotError(`${what} ${url} is not loaded`);
    return structure;
  }
}

/** The slice with that name. A new one is made from the sliced element as the base has it. */
function sliceOf(sliced: ProfileNode, name: string): ProfileNode {
  const known = sliceNamed(sliced, name);
  if (known) return known;
  const at = name.lastIndexOf('/');
  const owner = at < 0 ? sliced : sliceOf(sliced, name.slice(0, at));
  // The differential's constraints on all slices are checked for every slice anyway.
  const { definition } = owner.base ?? owner;
  const slice = nodeOf(sliceDefinition(definition, name), sliced.name, name);
  slice.elements.push(...owner.elements.map(copyOf));
  owner.slices.push(slice);
  if (sliced.name === 'extension' || sliced.name === 'modifierExtension')
    setSlicing(sliced, BY_URL);
  return slice;
}

/**
 * `valueQuantity` is short for a slice with that name of `value[x]`. If it is required, no other
 * type is allowed.
 */
function typeSlice(
  choice: ProfileNode,
  name: string,
  own: ElementDefinition | undefined,
): ProfileNode {
  const slice = sliceOf(choice, name);
  const type = choice.definition.type?.filter(({ code }) => isSuffix(choice, name, code)) ?? [];
  slice.definition = { ...slice.definition, type };
  setSlicing(choice, BY_TYPE);
  if ((own?.min ?? 0) > 0) {
    const slicing = { ...(choice.definition.slicing ?? BY_TYPE), rules: 'closed' as const };
    choice.definition = { ...choice.definition, type, min: own?.min ?? 0, slicing };
  }
  return slice;
}

/** Whether the elements of a slice name only one type of the choice, so that it allows no other. */
function isAlone(
  choice: ProfileNode,
  steps: readonly Step[],
  siblings: readonly ElementDefinition[],
): boolean {
  if (choice.slices.length > 0 || !steps.some(({ slice }) => slice !== undefined)) return false;
  const at = steps.length - 1;
  const [own, last] = [idOf(steps.slice(0, -1)), steps[at]?.name];
  return siblings.every((each) => {
    const others = stepsOf(each).slice(1);
    const name = others[at]?.name ?? '';
    return idOf(others.slice(0, at)) !== own || name === last || !isChoiceNamed(choice, name);
  });
}

function narrowed(choice: ProfileNode, name: string): ProfileNode {
  const type = choice.definition.type?.filter(({ code }) => isSuffix(choice, name, code)) ?? [];
  choice.definition = { ...choice.definition, type };
  return choice;
}

function idOf(steps: readonly Step[]): string {
  return steps.map(({ name, slice }) => `${name}:${slice ?? ''}`).join('.');
}

type Slicing = NonNullable<ElementDefinition['slicing']>;
const BY_TYPE: Slicing = { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' };
const BY_URL: Slicing = { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' };

function setSlicing(node: ProfileNode, slicing: Slicing): void {
  node.definition = { ...node.definition, slicing: node.definition.slicing ?? slicing };
}

function isChoiceNamed(node: ProfileNode, name: string): boolean {
  if (!node.name.endsWith('[x]') || !name.startsWith(node.name.slice(0, -3))) return false;
  return (node.definition.type ?? []).some(({ code }) => isSuffix(node, name, code));
}

/** Whether a name is one type of a choice: `valueDateTime` is the type `dateTime` of `value[x]`. */
function isSuffix(choice: ProfileNode, name: string, code: string): boolean {
  return name.slice(choice.name.length - 3).toLowerCase() === code.toLowerCase();
}

function urlOfType(code: string): string {
  // Ids and urls of extensions have System types.
  return code.includes('://') ? `${TYPES}string` : TYPES + code;
}
