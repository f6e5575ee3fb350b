/**
 * Compares snapshots made from differentials with the published ones, in the parts that validation
 * reads.
 */
import type {
  ElementDefinition,
  StructureDefinition,
} from '../../packages/fhir-validator/compiler/definitions.ts';
import {
  found,
  type ProfileNode,
  stepsOf,
  treeOf,
} from '../../packages/fhir-validator/compiler/guide/profile-tree.ts';
import {
  SnapshotError,
  type Snapshots,
} from '../../packages/fhir-validator/compiler/guide/snapshot.ts';

export interface Comparison {
  readonly equal: number;
  readonly differences: readonly string[];
}

export function compareSnapshots(
  structures: readonly StructureDefinition[],
  snapshots: Snapshots,
): Comparison {
  let equal = 0;
  const differences: string[] = [];
  for (const structure of structures) {
    const published = treeOf(structure.snapshot?.element ?? []);
    // Logical models are profiles of nothing.
    if (!published || structure.derivation !== 'constraint') continue;
    try {
      const made = snapshots.fromDifferential(structure);
      const found = [...new Set([...flat(made), ...flat(published)].map(([id]) => id))]
        .filter((id) => differs(made, published, id))
        .map((id) => `${structure.name} ${id}`);
      if (found.length === 0) equal++;
      differences.push(...found);
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      differences.push(`${structure.name}: ${error.message}`);
    }
  }
  return { equal, differences };
}

/**
 * Tools have changed in what they copy into a slice from the element that is sliced. It holds for the
 * items of every slice in any case, so there it may be as the sliced element has it.
 */
function differs(made: ProfileNode, published: ProfileNode, id: string): boolean {
  const steps = stepsOf({ id, path: id } as ElementDefinition).slice(1);
  const [ours, theirs] = [nodesAt(made, steps), nodesAt(published, steps)];
  const [left, right] = [ours.own ?? ours.unsliced, theirs.own ?? theirs.unsliced];
  if (!left || !right) return true;
  const copied = ours.unsliced && readOf(ours.unsliced);
  const [of, as] = [readOf(left), readOf(right)];
  const isInSlice = ours.own !== ours.unsliced || theirs.own !== theirs.unsliced;
  return Object.keys(of).some(
    (key) => of[key] !== as[key] && !(isInSlice && of[key] === copied?.[key]),
  );
}

function nodesAt(root: ProfileNode, steps: ReturnType<typeof stepsOf>) {
  return {
    own: steps.reduce<ProfileNode | undefined>(found, root),
    unsliced: steps.reduce<ProfileNode | undefined>(
      (node, { name }) => found(node, { name }),
      root,
    ),
  };
}

/** The parts that validation reads, each as text. */
function readOf({ definition }: ProfileNode): Record<string, string> {
  const { min, max, type, binding, maxLength, contentReference, slicing } = definition;
  const read: Record<string, unknown> = {
    min,
    max,
    type: type?.map(({ code, profile, targetProfile, aggregation }) => [
      code,
      profile,
      targetProfile,
      aggregation,
    ]),
    // Weaker bindings are not read.
    binding: /^(required|extensible)$/.test(binding?.strength ?? '') && [
      binding?.strength,
      binding?.valueSet?.split('|')[0],
    ],
    maxLength,
    contentReference: contentReference?.replace(/^.*#/, '#'),
    slicing: slicing && [slicing.discriminator, slicing.rules, slicing.ordered ?? false],
    constraints: (definition.constraint ?? [])
      .map((each) => `${each.key} ${each.expression}`)
      .sort(),
    values: Object.entries(definition).filter(([key]) =>
      /^(fixed|pattern|minValue|maxValue)/.test(key),
    ),
  };
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [key, JSON.stringify(value) ?? '']),
  );
}

function flat(node: ProfileNode, id = node.name): [string, ProfileNode][] {
  const slices = node.slices.flatMap((each) =>
    flat(each, `${id.replace(/:[^.:]*$/, '')}:${each.slice}`),
  );
  const elements = node.elements.flatMap((each) => flat(each, `${id}.${each.name}`));
  return [[id, node], ...slices, ...elements];
}
