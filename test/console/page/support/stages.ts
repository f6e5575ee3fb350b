/** Two fake stages: a quiet one, and one at three in the morning. */
import type { FlowPoint, LaneFlow } from '../../../../console/contract/flow.ts';
import type { QueueView } from '../../../../console/contract/snapshot.ts';
import type { LaneView, NodeView } from '../../../../console/contract/supervision.ts';
import { placesIn, SUPERVISION_TREE } from '../../../../core/supervision/supervision-tree.ts';
import { type FakeStage, NO_FLOW } from './fake-stage.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const LANES = ['critical', 'background', 'delivery'] as const;
const OWN = ['audit', 'incident', 'supervisor', 'reporting', 'analytics'];

/** All is well: little traffic, nothing waits. */
export function quietStage(now: () => number): FakeStage {
  return {
    now,
    hello: {
      stage: 'prod',
      place: 'AWS eu-central-1, account 123456789012',
      operate: true,
      by: 'ada@example.org',
      local: false,
      everyMs: SECOND,
      cliOptions: '--stage prod',
    },
    queues: queuesOf({}),
    environments: [
      { function: 'validate-critical', busy: 1, frozen: 3 },
      { function: 'validate-background', busy: 6, frozen: 2 },
      { function: 'deliver', busy: 3, frozen: 1 },
    ],
    lanes: LANES.map((lane) => runningLane(lane)),
    tree: treeNodes({}),
    breakers: [
      {
        name: 'fhir-server',
        kind: 'service',
        phase: 'closed',
        since: now() - 19 * HOUR,
        why: 'two probes went well',
        failures: 0,
        trip: { kind: 'consecutive', failures: 5 },
        transitions: [
          { at: now() - 19 * HOUR, from: 'half-open', to: 'closed', why: 'two probes went well' },
          {
            at: now() - 19 * HOUR - 40 * SECOND,
            from: 'open',
            to: 'half-open',
            why: 'its time was over',
          },
          {
            at: now() - 19 * HOUR - 80 * SECOND,
            from: 'closed',
            to: 'open',
            why: '5 failures in a row: 503',
          },
        ],
      },
      {
        name: 'terminology',
        kind: 'service',
        phase: 'closed',
        why: 'new',
        window: { calls: 1_204, failures: 9 },
        trip: { kind: 'failure-rate', share: 0.5, callsMin: 20, windowMs: MINUTE },
        transitions: [],
      },
    ],
    crashes: [],
    incidents: [],
    audit: [],
    local: undefined,
    entries: [],
    bodies: {},
    runs: [],
    flow: (at) => steadyFlow(at),
    troubles: {},
    unknown: [],
    silent: false,
  };
}

/** Deterministic, but varying. */
const wave = (at: number, period: number) => Math.sin((at / SECOND / period) * 2 * Math.PI);

export function steadyFlow(at: number): FlowPoint {
  const critical = Math.round(8 + 3 * wave(at, 47) + 2 * wave(at, 7));
  const background = Math.round(64 + 14 * wave(at, 190) + 9 * wave(at, 23) + 5 * wave(at, 3.1));
  const rejected = at % (9 * SECOND) === 0 ? 2 : 0;
  return {
    at,
    lanes: {
      critical: healthy(critical, 0),
      background: healthy(background, rejected),
    },
    delivery: {
      calls: critical + background - rejected,
      delivered: critical + background - rejected,
      failures: 0,
      undelivered: 0,
      refusedByBreaker: 0,
    },
  };
}

function healthy(submitted: number, invalid: number): LaneFlow {
  return { ...NO_FLOW, submitted, valid: submitted - invalid, invalid };
}

type Depths = Readonly<Record<string, Partial<QueueView>>>;

export function queuesOf(depths: Depths): QueueView[] {
  const at = (name: string, rest: Pick<QueueView, 'role' | 'lane'>): QueueView => {
    return { name, waiting: 0, inFlight: 0, delayed: 0, ...rest, ...depths[name] };
  };
  return [
    ...LANES.flatMap((lane) => [
      at(lane, { role: 'main', lane }),
      at(`${lane}-isolation`, { role: 'isolation', lane }),
      at(`${lane}-dead-letter`, { role: 'dead-letter', lane }),
    ]),
    ...OWN.flatMap((name) => {
      const fifo = name === 'audit' ? '.fifo' : '';
      return [
        at(`${name}${fifo}`, { role: 'own' }),
        at(`${name}-dead-letter${fifo}`, { role: 'own' }),
      ];
    }),
    at('monitor-dead-letter', { role: 'own' }),
  ];
}

export function runningLane(lane: LaneView['lane'], rest: Partial<LaneView> = {}): LaneView {
  const mapping = {
    enabled: true,
    configuredMax: 20,
    maxConcurrency: 20,
    changing: false,
    differs: false,
  };
  const mappings = [
    { queue: lane, ...mapping },
    { queue: `${lane}-isolation`, ...mapping },
  ];
  return { lane, phase: 'running', holds: [], setbacks: 0, mappings, ...rest };
}

/** The deployed tree, with restarts at these times. */
export function treeNodes(restarts: Readonly<Record<string, readonly number[]>>): NodeView[] {
  return placesIn(SUPERVISION_TREE).map(({ node, above: [parent, ...rest] }) => {
    const limits = node.kind === 'supervisor' ? node : parent;
    const common = {
      name: node.name,
      ...(parent && { parent: parent.name }),
      depth: parent === undefined ? 0 : rest.length + 1,
      intensity: limits?.intensity ?? 0,
      periodMs: limits?.periodMs ?? 0,
      restarts: restarts[node.name] ?? [],
    };
    if (node.kind === 'supervisor') {
      return { ...common, kind: 'supervisor', strategy: node.strategy, functions: [], within: [] };
    }
    const { restart, functions, within = [], lane } = node;
    return { ...common, kind: 'child', restart, functions, within, ...(lane && { lane }) };
  });
}
