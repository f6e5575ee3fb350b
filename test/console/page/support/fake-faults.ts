/** The box of faults of the fake stage. A fault takes its course faster than a real one. */
import type { BreakerView } from '../../../../console/contract/breakers.ts';
import type { IncidentView } from '../../../../console/contract/incidents.ts';
import type { LocalAct, LocalDone, SampleKind } from '../../../../console/contract/local.ts';
import type { EntryView } from '../../../../console/contract/quarantine.ts';
import { type FakeStage, record } from './fake-stage.ts';

const SOON_MS = 300;
const OPEN_MS = 3_000;
const CRASHES_TO_OPEN = 10;

export function provoke(stage: FakeStage, act: LocalAct): LocalDone {
  switch (act.act) {
    case 'send':
      return send(stage, act.sample, act.lane);
    case 'server':
      return setServer(stage, act.name, act.mode);
    case 'kill':
      return said(`${act.function}: its environments are killed`, `local kill ${act.function}`);
    case 'flood':
      return said(`${act.count} are on their way to ${act.lane}`, `submit --lane ${act.lane}`);
    case 'break':
    case 'mend': {
      const broken = act.act === 'break';
      const functions = stage.local?.functions.map((each) =>
        each.name === act.function ? { ...each, broken } : each,
      );
      if (stage.local && functions) stage.local = { ...stage.local, functions };
      return said(`${act.function} ${broken ? 'does not load any more' : 'loads again'}`, '');
    }
  }
}

const said = (message: string, command: string): LocalDone => ({
  message,
  commandLine: `npm run cli -- ${command}`,
});

let sent = 0;

function send(stage: FakeStage, sample: SampleKind, lane: 'critical' | 'background'): LocalDone {
  sent += 1;
  const messageId = `${sent.toString(16).padStart(8, '0')}-2222-4333-8444-555566667777`;
  setTimeout(() => end(stage, messageId, sample, lane), SOON_MS);
  if (sample === 'good') callServer(stage);
  return { ...said(`One ${sample} is sent to ${lane}`, `submit --lane ${lane}`), messageId };
}

function end(
  stage: FakeStage,
  id: string,
  sample: SampleKind,
  lane: 'critical' | 'background',
): void {
  const now = stage.now();
  const isKiller =
    sample === 'throw' || sample === 'exit' || sample === 'heap' || sample === 'hang';
  const entry: EntryView = {
    id,
    now,
    ...{ lane, source: 'default', sentAt: now - SOON_MS, redrives: 0, attempts: [], rounds: [] },
    ...{ corrections: [], body: 'masked', commandLine: `npm run cli -- quarantine show ${id}` },
    ...(isKiller
      ? { status: 'quarantined', kind: 'dead-letter', reason: `exception: made to ${sample}` }
      : { status: 'stored', reason: '' }),
    ...(isKiller && { fingerprint: `feed00000000${sample.padEnd(4, '0')}`, quarantinedAt: now }),
  };
  stage.entries = [entry, ...stage.entries];
  if (!isKiller) return;
  const crash = { kind: sample === 'exit' ? 'exit' : 'exception', lane, spent: false } as const;
  stage.crashes = [...stage.crashes, { at: now - 200, ...crash }, { at: now - 1, ...crash }];
  if (stage.crashes.length >= CRASHES_TO_OPEN) openIncident(stage);
}

function openIncident(stage: FakeStage): void {
  if (stage.incidents.some(({ status }) => status !== 'resolved')) return;
  const now = stage.now();
  const key = `validate#${stage.incidents.length + 1}`;
  const day = (days: number) => new Date(now + days * 86_400_000).toISOString().slice(0, 10);
  const opened: IncidentView = {
    ...{ key, scope: 'validate', number: stage.incidents.length + 1, status: 'open' as const },
    ...{
      cause: 'crashes' as const,
      openedAt: now,
      crashes: stage.crashes.length,
      more: false,
      messages: 5,
    },
    ...{ kinds: { exception: 6, exit: 4 }, fingerprints: [], lanes: ['background'], others: [] },
    ...{ firstCrashAt: now - 2_000, lastCrashAt: now, notices: [{ step: 'page', at: now }] },
    clocks: { hipaaNoticeBy: day(60), anpdNoticeBy: day(3) },
  };
  stage.incidents = [opened, ...stage.incidents];
  record(stage, { kind: 'incident-opened', component: 'incident', details: { incident: key } });
}

function setServer(
  stage: FakeStage,
  name: 'downstream' | 'terminology',
  mode: 'ok' | 'slow' | 'partly' | 'fail' | 'stop',
): LocalDone {
  const { local } = stage;
  if (local !== undefined) {
    const servers = local.servers.map((each) => (each.name === name ? { ...each, mode } : each));
    stage.local = { ...local, servers };
  }
  return said(`The server ${name} is set to ${mode}`, `${name} ${mode}`);
}

const FAILURES_TO_OPEN = 5;

function callServer(stage: FakeStage): void {
  const isDown = stage.local?.servers.find(({ name }) => name === 'downstream')?.mode === 'fail';
  if (!isDown) return;
  change(stage, (breaker) => {
    const failures = (breaker.failures ?? 0) + 1;
    if (breaker.phase !== 'closed' || failures < FAILURES_TO_OPEN) return { ...breaker, failures };
    setTimeout(() => probe(stage), OPEN_MS);
    return moved(stage, breaker, 'open', '5 failures in a row: 503');
  });
}

function probe(stage: FakeStage): void {
  const isUp = stage.local?.servers.find(({ name }) => name === 'downstream')?.mode === 'ok';
  change(stage, (breaker) => {
    if (!isUp) {
      setTimeout(() => probe(stage), OPEN_MS);
      const failedProbes = (breaker.failedProbes ?? 0) + 1;
      return { ...breaker, openUntil: stage.now() + OPEN_MS, failedProbes };
    }
    setTimeout(
      () => change(stage, (each) => moved(stage, each, 'closed', 'two probes went well')),
      SOON_MS,
    );
    return moved(stage, breaker, 'half-open', 'its time was over');
  });
}

function moved(
  stage: FakeStage,
  breaker: BreakerView,
  to: BreakerView['phase'],
  why: string,
): BreakerView {
  const at = stage.now();
  const { openUntil: _, failedProbes: __, ...rest } = breaker;
  const transitions = [{ at, from: breaker.phase, to, why }, ...breaker.transitions];
  const until = to === 'open' ? { openUntil: at + OPEN_MS } : {};
  const probes = to === 'half-open' ? { probes: { successes: 1, needed: 2 } } : {};
  return { ...rest, phase: to, since: at, why, failures: 0, transitions, ...until, ...probes };
}

function change(stage: FakeStage, to: (breaker: BreakerView) => BreakerView): void {
  stage.breakers = stage.breakers.map((each) => (each.name === 'fhir-server' ? to(each) : each));
}
