/** The fake stage's answers to each question and act. */
import type {
  BreakerWord,
  BulkRequest,
  Counted,
  CountRequest,
  Done,
  IncidentWord,
  LaneWord,
  Selected,
} from '../../../../console/contract/acts.ts';
import type { LocalAct, LocalDone } from '../../../../console/contract/local.ts';
import type { Lives, LogLines } from '../../../../console/contract/message-lives.ts';
import type {
  EntryFilter,
  EntryPage,
  EntryView,
  GroupView,
  QuarantineGroups,
} from '../../../../console/contract/quarantine.ts';
import type { Revealed, RevealRequest } from '../../../../console/contract/reveal.ts';
import { type FailureKind, ROUTES } from '../../../../console/contract/routes.ts';
import type { BulkRun, Run, VerifyRun } from '../../../../console/contract/runs.ts';
import { provoke } from './fake-faults.ts';
import { type FakeStage, record } from './fake-stage.ts';

/** The answer's status. */
export class Refusal extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

type Query = Readonly<Record<string, string>>;

export function asked(stage: FakeStage, path: string, query: Query): unknown {
  switch (path) {
    case ROUTES.groups:
      return groups(stage, query);
    case ROUTES.entries:
      return page(stage, query);
    case ROUTES.entry:
      return { ...entryOf(stage, query['id']), now: stage.now() };
    case ROUTES.lives:
      return lives(stage, query['id'] ?? '');
    case ROUTES.logs:
      return logs(stage, query['request'] ?? '');
    default:
      throw new Refusal('not-found', `no route ${path}`);
  }
}

/** `never`, because each route has a body of its own. */
export function acted(stage: FakeStage, path: string, body: never): unknown {
  const needsOperate =
    path.startsWith('/api/acts/') && path !== ROUTES.count && path !== ROUTES.verify;
  if (needsOperate && !stage.hello.operate) {
    throw new Refusal('read-only', 'This console was started without --operate.');
  }
  switch (path) {
    case ROUTES.count:
      return count(stage, body);
    case ROUTES.bulk:
      return bulk(stage, body);
    case ROUTES.stop:
      return stop(stage, body);
    case ROUTES.incident:
      return incidentWord(stage, body);
    case ROUTES.breaker:
      return breakerWord(stage, body);
    case ROUTES.lane:
      return laneWord(stage, body);
    case ROUTES.reveal:
      return reveal(stage, body);
    case ROUTES.verify:
      return verify(stage);
    case ROUTES.local:
      return provoke(stage, body satisfies LocalAct) satisfies LocalDone;
    default:
      throw new Refusal('not-found', `no route ${path}`);
  }
}

function matching(stage: FakeStage, filter: EntryFilter): EntryView[] {
  const { fingerprint, kind, lane, source, text } = filter;
  return stage.entries.filter(
    (entry) =>
      (fingerprint === undefined || entry.fingerprint === fingerprint) &&
      (kind === undefined || entry.kind === kind) &&
      (lane === undefined || entry.lane === lane) &&
      (source === undefined || entry.source === source) &&
      (text === undefined || entry.reason.toLowerCase().includes(text.toLowerCase())),
  );
}

function groups(stage: FakeStage, filter: EntryFilter): QuarantineGroups {
  const open = matching(stage, filter).filter(({ status }) => status === 'quarantined');
  const by = Map.groupBy(open, ({ fingerprint = '' }) => fingerprint);
  const all = [...by].map(([fingerprint, entries]): GroupView => {
    const times = entries.map(({ quarantinedAt = 0 }) => quarantinedAt);
    const [first] = entries;
    return {
      fingerprint,
      kind: first?.kind ?? 'rejection',
      reason: first?.reason ?? '',
      lanes: [...new Set(entries.map(({ lane }) => lane))],
      sources: [...new Set(entries.map(({ source }) => source))],
      count: entries.length,
      first: Math.min(...times),
      last: Math.max(...times),
      redrives: Math.max(...entries.map(({ redrives }) => redrives)),
      example: first?.id ?? '',
    };
  });
  const largestFirst = all.toSorted((a, b) => b.count - a.count);
  return { now: stage.now(), groups: largestFirst, total: open.length, interrupted: 0 };
}

const PAGE = 20;

function page(stage: FakeStage, query: Query): EntryPage {
  const { after, ...filter } = query;
  const all = matching(stage, filter as EntryFilter);
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const entries = all.slice(from, from + PAGE);
  const last = entries.at(-1)?.id;
  return { entries, ...(from + PAGE < all.length && last && { after: last }) };
}

function entryOf(stage: FakeStage, id: string | undefined): EntryView {
  const entry = stage.entries.find((each) => each.id === id);
  if (entry === undefined) throw new Refusal('not-found', `No entry ${id} in Quarantine.`);
  return entry;
}

function lives(stage: FakeStage, id: string): Lives {
  const entry = stage.entries.find((each) => each.id === id);
  const hints = ['It may still wait in its queue, or run for the first time: ask again.'];
  if (entry === undefined) return { now: stage.now(), lives: [], slowWouldHelp: true, hints };
  const { sentAt, source, lane, file, line, attempts, kind, reason, quarantinedAt, status } = entry;
  const isStored = status === 'stored';
  const place = { ...(file && { file }), ...(line && { line }) };
  const steps = [
    { at: sentAt, what: `received by the lane ${lane}, from ${source}` },
    ...attempts.flatMap(({ startedAt, endedAt, crash, requestId }) => [
      { at: startedAt, what: 'ran alone', requestId },
      { ...(endedAt && { at: endedAt }), what: `crashed: ${crash}`, requestId },
    ]),
    ...(isStored ? [{ at: sentAt + 400, what: 'stored as Patient' }] : []),
    ...(kind && !isStored
      ? [{ ...(quarantinedAt && { at: quarantinedAt }), what: `${kind}: ${reason}` }]
      : []),
  ];
  const bad = kind === 'dead-letter' ? 'dead-lettered' : 'rejected';
  const life = {
    messageId: id,
    ...{ sentAt, source, lane, ...place, steps },
    ending: isStored ? 'stored' : bad,
    entries: isStored ? [] : [id],
    stored: isStored,
    commandLine: `npm run cli -- message show ${id} --stage ${stage.hello.stage}`,
  } as const;
  return { now: stage.now(), slowWouldHelp: false, hints: [], lives: [life] };
}

function logs(stage: FakeStage, request: string): LogLines {
  const line = (text: string, before: number) => ({
    at: stage.now() - before,
    function: 'validate-background',
    text,
  });
  return {
    lines: [
      line(`{"level":"INFO","message":"attempt","requestId":"${request}"}`, 30_000),
      line(`RequestId: ${request} Error: Runtime exited with error: exit status 7`, 29_000),
    ],
    more: false,
  };
}

function selectedOf(stage: FakeStage, selected: Selected): EntryView[] {
  if ('ids' in selected) return stage.entries.filter(({ id }) => selected.ids.includes(id));
  if (Object.keys(selected.filter).length === 0) {
    throw new Refusal('usage', 'An empty filter would take everything.');
  }
  return matching(stage, selected.filter);
}

function count(stage: FakeStage, { kind, selected }: CountRequest): Counted {
  const open = selectedOf(stage, selected).filter(({ status }) => status === 'quarantined');
  const done = kind === 'redrive' ? 'sent' : 'discarded';
  return {
    counts: { [done]: open.length },
    count: open.length,
    before: stage.now(),
    commandLine: `npm run cli -- quarantine ${kind}`,
  };
}

const STEP_MS = 100;

function bulk(stage: FakeStage, request: BulkRequest): Run {
  const { kind, selected, before, rate, reason } = request;
  const ids = selectedOf(stage, selected)
    .filter(({ status }) => status === 'quarantined')
    .map(({ id }) => id);
  const run: BulkRun = {
    id: `run-${stage.runs.length + 1}`,
    kind,
    selected,
    before,
    rate,
    by: stage.hello.by,
    reason,
    startedAt: stage.now(),
    state: 'running',
    done: 0,
    total: ids.length,
    counts: {},
    failures: [],
    commandLine: `npm run cli -- quarantine ${kind} --rate ${rate} --reason '${reason}'`,
  };
  stage.runs = [run, ...stage.runs];
  record(stage, { kind, actor: stage.hello.by, reason, details: { entries: ids.length } });
  workThrough(stage, run, ids);
  return run;
}

function workThrough(stage: FakeStage, { id, rate, kind }: BulkRun, ids: readonly string[]): void {
  const perStep = Math.max(1, Math.round((rate * STEP_MS) / 1_000));
  const status = kind === 'redrive' ? 'redriven' : 'discarded';
  const what = kind === 'redrive' ? 'sent' : 'discarded';
  let done = 0;
  const timer = setInterval(() => {
    const now = stage.runs.find((run) => run.id === id);
    const isStopping = now?.state === 'stopping';
    const next = isStopping ? [] : ids.slice(done, done + perStep);
    done += next.length;
    stage.entries = stage.entries.map((entry) =>
      next.includes(entry.id) ? { ...entry, status, redrives: entry.redrives + 1 } : entry,
    );
    const isOver = isStopping || done >= ids.length;
    const end = isOver ? { state: isStopping ? 'stopped' : 'done', endedAt: stage.now() } : {};
    stage.runs = stage.runs.map((run) =>
      run.id === id ? ({ ...run, done, counts: { [what]: done }, ...end } as Run) : run,
    );
    if (isOver) clearInterval(timer);
  }, STEP_MS);
}

function stop(stage: FakeStage, { run: id }: { run: string }): Run | undefined {
  stage.runs = stage.runs.map((run) => (run.id === id ? { ...run, state: 'stopping' } : run));
  return stage.runs.find((run) => run.id === id);
}

function incidentWord(stage: FakeStage, { word, scope, number, reason }: IncidentWord): Done {
  const said = { at: stage.now(), by: stage.hello.by, why: reason };
  stage.incidents = stage.incidents.map((incident) => {
    if (incident.scope !== scope || incident.number !== number) return incident;
    return word === 'acknowledge'
      ? { ...incident, status: 'acknowledged', acknowledged: said }
      : { ...incident, status: 'resolved', resolved: said };
  });
  const key = `${scope}#${number}`;
  record(stage, {
    kind: `incident-${word}d`,
    actor: stage.hello.by,
    reason,
    details: { incident: key },
  });
  return done(`${key} is ${word}d`);
}

function breakerWord(stage: FakeStage, word: BreakerWord): Done {
  const { service, reason } = word;
  const phase = word.word === 'force-open' ? 'open' : 'closed';
  stage.breakers = stage.breakers.map((breaker) => {
    if (breaker.name !== service) return breaker;
    const { forced: _before, openUntil: _until, ...rest } = breaker;
    const until = word.word === 'reset' ? undefined : stage.now() + word.forMs;
    const forced = until && { forced: { until, by: stage.hello.by, why: reason } };
    return { ...rest, phase, since: stage.now(), why: reason, failures: 0, ...forced };
  });
  record(stage, { kind: 'breaker-forced', actor: stage.hello.by, reason, details: { service } });
  return done(`${service} is ${phase}`);
}

function laneWord(stage: FakeStage, { word, lane, reason }: LaneWord): Done {
  const hold = { holder: 'operator', since: stage.now(), why: reason, by: stage.hello.by } as const;
  stage.lanes = stage.lanes.map((each) => {
    if (each.lane !== lane) return each;
    const enabled = word === 'resume';
    const mappings = each.mappings.map((mapping) => ({ ...mapping, enabled }));
    const { nextProbe: _before, ...rest } = each;
    return enabled
      ? { ...rest, phase: 'running', holds: [], mappings }
      : { ...rest, phase: 'paused', holds: [hold], mappings, nextProbe: { waitsFor: 'operator' } };
  });
  record(stage, { kind: `lane-${word}d`, actor: stage.hello.by, reason, details: { lane } });
  return done(`${lane} is ${word}d`);
}

const done = (message: string): Done => ({ message, changed: true, commandLine: '' });

function reveal(stage: FakeStage, { id, reason }: RevealRequest): Revealed {
  const revealed = stage.bodies[id];
  if (revealed === undefined) throw new Refusal('refused', 'Its body is gone.');
  const details = { message: 'a keyed hash', what: 'body and outcome' };
  record(stage, { kind: 'phi-read', actor: stage.hello.by, reason, details });
  return revealed;
}

function verify(stage: FakeStage): VerifyRun {
  const entries = stage.audit[0]?.sequence ?? 0;
  const run: VerifyRun = {
    id: `run-${stage.runs.length + 1}`,
    kind: 'verify',
    startedAt: stage.now(),
    endedAt: stage.now(),
    state: 'done',
    done: entries,
    verified: { whole: true, message: `${entries} entries in 3 objects, head ${entries}:5f3a…` },
    commandLine: 'npm run cli -- audit verify',
  };
  stage.runs = [run, ...stage.runs];
  return run;
}
