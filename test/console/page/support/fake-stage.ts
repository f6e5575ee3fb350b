/**
 * A stage for the page alone: its figures are written down, and acts change them as the real acts would. So
 * every state of the page can be seen, rare ones included.
 */
import type { AuditView } from '../../../../console/contract/audit.ts';
import type { BreakerView } from '../../../../console/contract/breakers.ts';
import type { Hello } from '../../../../console/contract/events.ts';
import type { Figure, Trouble } from '../../../../console/contract/figure.ts';
import type { FlowPoint, LaneFlow } from '../../../../console/contract/flow.ts';
import type { CrashView, IncidentView } from '../../../../console/contract/incidents.ts';
import type { LocalState } from '../../../../console/contract/local.ts';
import type { EntryView } from '../../../../console/contract/quarantine.ts';
import type { Revealed } from '../../../../console/contract/reveal.ts';
import type { Run } from '../../../../console/contract/runs.ts';
import type {
  EnvironmentsView,
  QueueView,
  Snapshot,
} from '../../../../console/contract/snapshot.ts';
import type { LaneView, NodeView } from '../../../../console/contract/supervision.ts';

type Part = 'queues' | 'environments' | 'lanes' | 'tree' | 'breakers' | 'incidents' | 'audit';

export interface FakeStage {
  now: () => number;
  hello: Omit<Hello, 'now'>;
  queues: QueueView[];
  environments: EnvironmentsView[];
  lanes: LaneView[];
  tree: NodeView[];
  breakers: BreakerView[];
  crashes: CrashView[];
  incidents: IncidentView[];
  audit: AuditView[];
  local: LocalState | undefined;
  entries: EntryView[];
  bodies: Record<string, Revealed>;
  runs: Run[];
  flow: (at: number) => FlowPoint;
  /** Why a figure has no value, or an old one. */
  troubles: Partial<Record<Part, Trouble>>;
  /** Figures whose value is not known. */
  unknown: readonly Part[];
  /** No snapshot arrives: the page keeps loading. */
  silent: boolean;
}

const WINDOW_MS = 300_000;

export function snapshotOf(stage: FakeStage): Snapshot {
  const now = stage.now();
  const figure = <T>(name: Part, value: T): Figure<T> => {
    const trouble = stage.troubles[name];
    const isKnown = !stage.unknown.includes(name);
    return {
      ...(isKnown && { value, readAt: trouble?.since ?? now }),
      ...(trouble && { trouble }),
    };
  };
  const { crashes, incidents, local } = stage;
  const windows = crashes.length === 0 ? [] : [{ scope: 'validate', crashes, more: false }];
  return {
    now,
    queues: figure('queues', stage.queues),
    environments: figure('environments', stage.environments),
    lanes: figure('lanes', stage.lanes),
    tree: figure('tree', stage.tree),
    breakers: figure('breakers', stage.breakers),
    incidents: figure('incidents', {
      crashesToOpen: 10,
      windowMs: WINDOW_MS,
      windows,
      incidents,
    }),
    audit: figure('audit', {
      entries: stage.audit,
      deployment: '9f3c27aa51d0e8b44e6a',
    }),
    ...(local && { local: { value: local, readAt: now } }),
  };
}

/** Who did what, newest first, in the words of the audit log. */
export function record(
  stage: FakeStage,
  entry: Pick<AuditView, 'kind'> & Partial<AuditView>,
): void {
  const at = stage.now();
  const sequence = (stage.audit[0]?.sequence ?? 0) + 1;
  const hash = (sequence * 0x9e3779b1).toString(16).padStart(16, '0').repeat(4).slice(0, 64);
  const told = { at, recordedAt: at, component: 'cli', details: {}, hash, sequence };
  stage.audit = [{ ...told, ...entry }, ...stage.audit].slice(0, 50);
}

export const NO_FLOW: LaneFlow = {
  submitted: 0,
  valid: 0,
  invalid: 0,
  crashes: { exception: 0, timeout: 0, 'out-of-memory': 0, exit: 0 },
  suspects: 0,
  deadLettered: 0,
  redriven: 0,
};
