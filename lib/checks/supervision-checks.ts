/** Checks that the stack and the supervision tree match: a wrong tree is refused at synth. */
import type { IConstruct } from 'constructs';
import { SUPERVISED_LANES, type Supervisor } from '../../core/supervision/supervision-tree.ts';
import {
  functionProblems,
  treeProblems,
} from '../../core/supervision/supervision-tree-problems.ts';
import { functionsOf } from '../constructs/pipeline-function.ts';

/** The tree is wrong, or a function was added that is not in it. */
export class SupervisionError extends Error {
  override readonly name = 'SupervisionError';

  constructor(problems: readonly string[]) {
    super(`supervision tree refused: ${problems.join('; ')}`);
  }
}

/**
 * Throws {@link SupervisionError} with everything that is wrong.
 * @param leftOut functions of the tree that this config does not need
 */
export function checkSupervision(
  stack: IConstruct,
  tree: Supervisor,
  leftOut: readonly string[],
): void {
  const functions = functionsOf(stack).map(({ name }) => name);
  const inTree = treeProblems(tree, SUPERVISED_LANES);
  // An unsound tree cannot be searched.
  const problems = inTree.length > 0 ? inTree : functionProblems(tree, [...functions, ...leftOut]);
  if (problems.length > 0) throw new SupervisionError(problems);
}
