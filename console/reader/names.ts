/** Names of a stage's parts, with and without its prefix. */
import {
  FUNCTIONS,
  SUPERVISED_LANES,
  type SupervisedLane,
} from '../../core/supervision/supervision-tree.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import type { QueueView } from '../contract/snapshot.ts';

/** Components in crash events: a function, for all its lanes. */
export const COMPONENTS: readonly string[] = [
  ...new Set(FUNCTIONS.map((name) => name.replace(/^validate-.*/, 'validate'))),
];

export const prefixOf = (stage: string) => resourceName(stage, '');

export function shortOf(stage: string, name: string): string {
  return name.startsWith(prefixOf(stage)) ? name.slice(prefixOf(stage).length) : name;
}

const ROLES: Readonly<Record<string, QueueView['role']>> = {
  '': 'main',
  '-isolation': 'isolation',
  '-dead-letter': 'dead-letter',
};

/**
 * The role of a queue. Undefined if it belongs to another stage: the prefix of stage `prod` is also
 * a prefix of the names of `prod-eu`.
 */
export function placeOf(name: string): Pick<QueueView, 'role' | 'lane'> | undefined {
  const lane = SUPERVISED_LANES.find((each) => name.startsWith(each));
  const role = lane === undefined ? undefined : ROLES[name.slice(lane.length)];
  if (lane !== undefined && role !== undefined)
    return { role, lane: lane satisfies SupervisedLane };
  const isOwn = FUNCTIONS.some((each) =>
    [each, `${each}.fifo`, `${each}-dead-letter`, `${each}-dead-letter.fifo`].includes(name),
  );
  return isOwn ? { role: 'own' } : undefined;
}
