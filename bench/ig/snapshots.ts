/** Snapshots made from differentials beside the published ones, in what validation reads of them. */
import type { ElementDefinition, StructureDefinition } from '../../fhir/compiler/definitions.ts';
import {
  found,
  type ProfileNode,
  stepsOf,
  treeOf,
} from '../../fhir/compiler/guide/profile-tree.ts';
import { SnapshotError, type Snapshots } from '../../fhir/compiler/guide/snapshot.ts';

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
    if (!published) continue;
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
 * items of every slice in any case, so it may be there or not.
 */
function differs(made: ProfileNode, published: ProfileNode, id: string): boolean {
  const steps = stepsOf({ id, path: id } as ElementDefinition).slice(1);
  const [left, right] = [made, published].map((root) => effective(root, steps));
  return left !== right;
}

function effective(root: ProfileNode, steps: ReturnType<typeof stepsOf>): string {
  const own = steps.reduce<ProfileNode | undefined>(found, root);
  const unsliced = steps.reduce<ProfileNode | undefined>(
    (node, { name }) => found(node, { name }),
    root,
  );
  if (!own) return unsliced ? readOf(unsliced, unsliced) : '';
  return readOf(own, unsliced ?? own);
}

/** What validation reads, constraints of the sliced element included. */
function readOf({ definition }: ProfileNode, unsliced: ProfileNode): string {
  const { min, max, type, binding, maxLength, contentReference, slicing } = definition;
  const constraints = [...(definition.constraint ?? []), ...(unsliced.definition.constraint ?? [])];
  return JSON.stringify({
    min,
    max,
    type: type?.map(({ code, profile, targetProfile, aggregation }) => ({
      code,
      profile,
      targetProfile,
      aggregation,
    })),
    binding: binding && [binding.strength, binding.valueSet],
    maxLength,
    contentReference: contentReference?.replace(/^.*#/, '#'),
    slicing: slicing && [slicing.discriminator, slicing.rules, slicing.ordered ?? false],
    constraints: [...new Set(constraints.map((each) => `${each.key} ${each.expression}`))].sort(),
    values: Object.entries(definition).filter(([key]) =>
      /^(fixed|pattern|minValue|maxValue)/.test(key),
    ),
  });
}

function flat(node: ProfileNode, id = node.name): [string, ProfileNode][] {
  const slices = node.slices.flatMap((each) =>
    flat(each, `${id.replace(/:[^.:]*$/, '')}:${each.slice}`),
  );
  const elements = node.elements.flatMap((each) => flat(each, `${id}.${each.name}`));
  return [[id, node], ...slices, ...elements];
}
