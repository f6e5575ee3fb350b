/**
 * Who watches whom, as data: stack, supervisor, console and docs read this one tree.
 *
 * As in OTP, what everything else needs is in a branch of its own (the error kernel), which has more
 * patience and must not need the other branch. A leaf is a component; its processes are execution
 * environments, which Lambda replaces by itself. A leaf therefore counts the deaths of its environments, by
 * the intensity and period of its supervisor (R30); more of them end the leaf, and the supervisor's
 * strategy names what ends with it (R32). Each leaf has its own count, where OTP's supervisor has one for
 * all: each lane is a bulkhead, and one lane's deaths must not use up the other's allowance. A leaf with a
 * lane is ended by pausing the lane (R31); any other cannot be ended.
 *
 * A supervisor with a child that ended counts as a restart at its own supervisor. The root allows no
 * restart: people are paged.
 *
 * Source: https://www.erlang.org/doc/apps/stdlib/supervisor.html
 */
import { type Lane, lanes } from '../message/messages.ts';

export const SUPERVISED_LANES = [...lanes, 'delivery'] as const satisfies readonly (
  | Lane
  | 'delivery'
)[];
export type SupervisedLane = (typeof SUPERVISED_LANES)[number];

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/** Whether a death counts as a restart: always, only if it was abnormal (a crash is), or never. */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** A component. */
export interface Child {
  readonly kind: 'child';
  readonly name: string;
  readonly restart: RestartType;
  /**
   * Its functions, by name without the stage's prefix. Empty if it runs within another component's
   * functions.
   */
  readonly functions: readonly string[];
  /** The functions that run it, if it has none of its own. */
  readonly within?: readonly string[];
  /** The lane that is paused when the component ends. */
  readonly lane?: string;
  /** Names of the components that it needs. */
  readonly needs: readonly string[];
}

export interface Supervisor {
  readonly kind: 'supervisor';
  readonly name: string;
  readonly strategy: Strategy;
  /** More restarts than this, of age <= `periodMs`, escalate. OTP's MaxR and MaxT. */
  readonly intensity: number;
  readonly periodMs: number;
  /** In the order of their start. */
  readonly children: readonly SupervisionNode[];
}

export type SupervisionNode = Child | Supervisor;

export const ERROR_KERNEL = 'error-kernel';

const KERNEL: Supervisor = {
  kind: 'supervisor',
  name: ERROR_KERNEL,
  strategy: 'one_for_one',
  intensity: 10,
  periodMs: 60_000,
  children: [
    child('repository', { functions: ['quarantine', 'resend'] }),
    child('sources', { within: ['validate-critical', 'validate-background'] }),
    child('audit', { functions: ['audit'], needs: ['repository'] }),
    child('incident', { functions: ['incident'], needs: ['repository', 'audit'] }),
    child('supervisor', { functions: ['supervisor', 'monitor'], needs: ['repository', 'audit'] }),
  ],
};

const APPLICATION_LAYER: Supervisor = {
  kind: 'supervisor',
  name: 'application-layer',
  strategy: 'one_for_one',
  intensity: 3,
  periodMs: 5_000,
  children: [
    child('critical', {
      functions: ['validate-critical'],
      lane: 'critical',
      needs: ['repository', 'sources'],
    }),
    child('background', {
      functions: ['validate-background'],
      lane: 'background',
      needs: ['repository', 'sources'],
    }),
    child('delivery', { functions: ['deliver'], lane: 'delivery', needs: ['repository'] }),
    child('plugin-host', {
      restart: 'temporary',
      within: ['validate-critical', 'validate-background'],
    }),
    child('reporting', { restart: 'temporary', functions: ['reporting'] }),
    child('analytics', { restart: 'temporary', functions: ['analytics'] }),
  ],
};

export const SUPERVISION_TREE: Supervisor = {
  kind: 'supervisor',
  name: 'application',
  strategy: 'one_for_one',
  intensity: 0,
  periodMs: 60_000,
  children: [KERNEL, APPLICATION_LAYER],
};

/** A node with the supervisors above it, the nearest first; the root has none. */
export interface Place<N extends SupervisionNode = SupervisionNode> {
  readonly node: N;
  readonly above: readonly Supervisor[];
}

/** Every node of the tree, parents before their children, in the order of their start. */
export function placesIn(root: SupervisionNode): readonly Place[] {
  return placesBelow(root, []);
}

/** All components, in the order of their start. */
export function childrenIn(root: SupervisionNode): readonly Place<Child>[] {
  return placesIn(root).filter((place): place is Place<Child> => place.node.kind === 'child');
}

/** All functions that a stage may have, without the prefix. */
export const FUNCTIONS: readonly string[] = childrenIn(SUPERVISION_TREE).flatMap(
  ({ node }) => node.functions,
);

/** The component that a crash event's component and lane stand for. */
export function childOfCrash(
  root: Supervisor,
  { component, lane }: { readonly component: string; readonly lane?: string | undefined },
): Place<Child> | undefined {
  const name = lane === undefined ? component : `${component}-${lane}`;
  return childrenIn(root).find(({ node }) => node.functions.includes(name));
}

/** The component that the lane belongs to. */
export function childOfLane(root: Supervisor, lane: string): Place<Child> | undefined {
  return childrenIn(root).find(({ node }) => node.lane === lane);
}

/**
 * The nodes that OTP would terminate if the child of that name ended, with itself, in the order of
 * their start (R32).
 */
export function endsWith(supervisor: Supervisor, name: string): readonly SupervisionNode[] {
  const { children, strategy } = supervisor;
  const index = children.findIndex((node) => node.name === name);
  if (index < 0) return [];
  switch (strategy) {
    case 'one_for_one':
      return children.slice(index, index + 1);
    case 'one_for_all':
      return children;
    case 'rest_for_one':
      return children.slice(index);
  }
}

function placesBelow(node: SupervisionNode, above: readonly Supervisor[]): Place[] {
  const here: Place = { node, above };
  if (node.kind === 'child') return [here];
  return [here, ...node.children.flatMap((below) => placesBelow(below, [node, ...above]))];
}

function child(
  name: string,
  fields: Partial<Pick<Child, 'restart' | 'functions' | 'within' | 'needs'>> & {
    lane?: SupervisedLane;
  },
): Child {
  return { kind: 'child', name, restart: 'permanent', functions: [], needs: [], ...fields };
}
