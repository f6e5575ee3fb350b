import { childOfLane, SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { type LaneParts, supervisedLanesSchema } from '../../functions/supervisor/settings.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { type Desk, HERE, tableNamed } from '../clients.ts';
import { findFunction } from '../stage-function.ts';
import { findQueue } from '../target.ts';
import { UsageError } from '../usage-error.ts';

export interface FoundLane {
  readonly lane: string;
  /** The component of the lane: the key in the table Supervision. */
  readonly component: string;
  readonly parts: LaneParts;
}

export const tableOf = (stage: string, desk: Desk = HERE) =>
  tableNamed(resourceName(stage, 'supervision'), desk);

export interface FoundLanes {
  readonly lanes: readonly FoundLane[];
  /** The queue that wakes the supervisor. */
  readonly queueUrl: string;
}

/**
 * The lanes of a stage, from the environment variable of its supervisor: the only list of their
 * mappings. @throws TargetError if there is no such stage
 */
export async function findLanes(stage: string, desk: Desk = HERE): Promise<FoundLanes> {
  const queueUrl = await findQueue(desk.sqs, resourceName(stage, 'supervisor'));
  const { variable } = await findFunction(stage, 'supervisor', desk.lambda);
  const json = variable('supervisedLanes') ?? '{}';
  const parts = Object.entries(supervisedLanesSchema.parse(JSON.parse(json)));
  const lanes = parts.map(([lane, itsParts]) => {
    const component = childOfLane(SUPERVISION_TREE, lane)?.node.name ?? lane;
    return { lane, component, parts: itsParts };
  });
  return { lanes, queueUrl };
}

/** @throws UsageError if the stage has no such lane */
export async function findLane(
  stage: string,
  name: string,
  desk: Desk = HERE,
): Promise<{ found: FoundLane; queueUrl: string }> {
  const { lanes, queueUrl } = await findLanes(stage, desk);
  const found = lanes.find(({ lane }) => lane === name);
  if (found !== undefined) return { found, queueUrl };
  const known = lanes.map(({ lane }) => lane).join(', ');
  throw new UsageError(`no lane ${name} in ${stage}: there are ${known}`);
}
