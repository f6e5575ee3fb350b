/** Three in the morning: killers among the patients, and the FHIR server is down. */
import type { CrashView, IncidentView } from '../../../../console/contract/incidents.ts';
import type { EntryView } from '../../../../console/contract/quarantine.ts';
import { type FakeStage, NO_FLOW, record } from './fake-stage.ts';
import {
  MINUTE,
  queuesOf,
  quietStage,
  runningLane,
  SECOND,
  steadyFlow,
  treeNodes,
} from './stages.ts';

const KILLED = 'f41d9c0b77a2e613';
const HUNG = '08b2c5d1e94f7a60';

export function nightStage(now: () => number): FakeStage {
  const began = now();
  const stage: FakeStage = {
    ...quietStage(now),
    queues: queuesOf({
      background: { waiting: 1_284, inFlight: 60, oldestAgeMs: 21 * SECOND },
      'background-isolation': { waiting: 9, inFlight: 2, oldestAgeMs: 48 * SECOND },
      delivery: { waiting: 15_310, oldestAgeMs: 4 * MINUTE + 12 * SECOND },
      'audit.fifo': { inFlight: 3 },
      incident: { waiting: 1 },
    }),
    environments: [
      { function: 'validate-critical', busy: 2, frozen: 2 },
      { function: 'validate-background', busy: 18, frozen: 2 },
      { function: 'deliver', busy: 0, frozen: 4 },
    ],
    crashes: crashesUntil(began),
    incidents: [incidentAt(began), resolvedBefore(began)],
    tree: treeNodes({ background: [began - 2 * SECOND], 'application-layer': [] }),
    entries: entriesAt(began),
    flow: (at) => troubledFlow(at, began),
  };
  takeDown(stage, began);
  tellNight(stage, began);
  return stage;
}

function takeDown(stage: FakeStage, began: number): void {
  const opened = began - 4 * MINUTE;
  stage.breakers = stage.breakers.map((breaker) => {
    if (breaker.name !== 'fhir-server') return breaker;
    return {
      ...breaker,
      phase: 'open',
      since: opened,
      why: '5 failures in a row: 503 Service Unavailable',
      openUntil: began + 23 * SECOND,
      failedProbes: 4,
      transitions: [
        {
          at: opened,
          from: 'closed',
          to: 'open',
          why: '5 failures in a row: 503 Service Unavailable',
        },
        ...breaker.transitions,
      ],
    };
  });
  stage.lanes = stage.lanes.map((lane) => {
    if (lane.lane !== 'delivery') return lane;
    const mappings = lane.mappings.map((mapping) => ({ ...mapping, enabled: false }));
    return runningLane('delivery', {
      phase: 'paused',
      holds: [
        {
          holder: 'breaker',
          since: began - 2 * MINUTE,
          why: 'fhir-server has not been closed for 2 minutes',
          by: 'breaker',
        },
      ],
      nextProbe: { waitsFor: 'breaker', at: began + 23 * SECOND },
      mappings,
    });
  });
}

/** Sparse at first, then a burst. */
function crashesUntil(began: number): CrashView[] {
  const ages = [
    560, 540, 410, 290, 231, 190, 158, 150, 141, 118, 95, 93, 88, 61, 47, 33, 30, 12, 4,
  ];
  return ages.map((age, index) => ({
    at: began - age * SECOND,
    kind: index % 4 === 3 ? 'timeout' : 'exit',
    lane: 'background',
    fingerprint: index % 4 === 3 ? HUNG : KILLED,
    spent: false,
  }));
}

function incidentAt(began: number): IncidentView {
  return {
    key: 'validate#3',
    scope: 'validate',
    number: 3,
    status: 'open',
    cause: 'crashes',
    openedAt: began - 88 * SECOND,
    crashes: 16,
    more: false,
    messages: 9,
    kinds: { exit: 12, timeout: 4 },
    fingerprints: [
      { fingerprint: KILLED, crashes: 12 },
      { fingerprint: HUNG, crashes: 4 },
    ],
    lanes: ['background'],
    firstCrashAt: began - 290 * SECOND,
    lastCrashAt: began - 4 * SECOND,
    others: [],
    notices: [
      { step: 'page', at: began - 87 * SECOND },
      { step: 'notice', at: began - 87 * SECOND },
    ],
    clocks: { hipaaNoticeBy: dayAfter(began, 60), anpdNoticeBy: dayAfter(began, 3) },
  };
}

function resolvedBefore(began: number): IncidentView {
  const openedAt = began - 3 * 24 * 60 * MINUTE;
  return {
    ...incidentAt(openedAt),
    key: 'validate#2',
    number: 2,
    status: 'resolved',
    openedAt,
    crashes: 41,
    messages: 20,
    acknowledged: { at: openedAt + 2 * MINUTE, by: 'grace@example.org', why: 'on it' },
    resolved: { at: openedAt + 31 * MINUTE, by: 'grace@example.org', why: 'rolled back to 1.8.2' },
  };
}

const dayAfter = (at: number, days: number) =>
  new Date(at + days * 24 * 60 * MINUTE).toISOString().slice(0, 10);

function troubledFlow(at: number, began: number) {
  const point = steadyFlow(at);
  const isDown = at > began - 4 * MINUTE;
  const crashes = crashesUntil(began).filter((crash) => crash.at >= at && crash.at < at + SECOND);
  const { background = NO_FLOW, critical = NO_FLOW } = point.lanes;
  const ofKind = (kind: string) => crashes.filter((crash) => crash.kind === kind).length;
  return {
    at,
    lanes: {
      critical,
      background: {
        ...background,
        invalid: at % (4 * SECOND) === 0 ? 3 : 1,
        crashes: { ...NO_FLOW.crashes, exit: ofKind('exit'), timeout: ofKind('timeout') },
        suspects: crashes.length,
        deadLettered: at % (12 * SECOND) === 0 ? 1 : 0,
      },
    },
    ...(isDown ? {} : { delivery: point.delivery }),
  };
}

function entriesAt(began: number): EntryView[] {
  const killed = Array.from({ length: 12 }, (_, index) =>
    deadLetter(`6f0c${index.toString(16).padStart(2, '0')}e1-90ab-4c2d-8e77-51d0c8b3a4f2`, {
      fingerprint: KILLED,
      crash: 'exit',
      reason: 'exit: process.exit was called with 7',
      quarantinedAt: began - (index * 19 + 4) * SECOND,
    }),
  );
  const hung = Array.from({ length: 4 }, (_, index) =>
    deadLetter(`b7d2${index}f30-5ac1-4f9b-a0d4-2e6c1f8a9b03`, {
      fingerprint: HUNG,
      crash: 'timeout',
      reason: 'timeout: no verdict after 5 s',
      quarantinedAt: began - (index * 50 + 30) * SECOND,
    }),
  );
  const rejected = Array.from({ length: 143 }, (_, index) => rejection(index, began));
  return [...killed, ...hung, ...rejected];
}

function deadLetter(
  id: string,
  rest: Pick<EntryView, 'fingerprint' | 'crash' | 'reason'> & { quarantinedAt: number },
): EntryView {
  const { quarantinedAt, crash, reason } = rest;
  const attempt = (number: number) => ({
    requestId: `${number}c9e6679-7425-40de-944b-e07fc1f90ae7`,
    startedAt: quarantinedAt - (40 - number * 15) * SECOND,
    endedAt: quarantinedAt - (39 - number * 15) * SECOND,
    ...(crash && { crash }),
    reason,
  });
  return {
    ...base(id),
    kind: 'dead-letter',
    sentAt: quarantinedAt - 95 * SECOND,
    file: 'ward-7.ndjson',
    line: 4711,
    attempts: [attempt(1), attempt(2)],
    ...rest,
  };
}

function rejection(index: number, began: number): EntryView {
  const at = began - (index * 7 + 3) * SECOND;
  const isDate = index % 3 !== 0;
  return {
    ...base(`e2${index.toString(16).padStart(6, '0')}-1b2c-4d3e-9f40-a5b6c7d8e9f0`),
    kind: 'rejection',
    reason: isDate
      ? 'Patient.birthDate: is no date of FHIR'
      : 'Patient.contact[0]: pat-1: has no name, telecom, address or organization',
    fingerprint: isDate ? '3ac8810f5d2e97b4' : '91e0d4b2c8f7a653',
    source: index % 5 === 0 ? 'clinic-7' : 'ward-12',
    sentAt: at - 2 * SECOND,
    quarantinedAt: at,
    file: 'admissions.ndjson',
    line: 12 + index,
    issues: isDate
      ? [
          {
            severity: 'error',
            code: 'value',
            expression: ['Patient.birthDate'],
            rule: 'fhir-r4/date',
          },
        ]
      : [
          {
            severity: 'error',
            code: 'invariant',
            expression: ['Patient.contact[0]'],
            rule: 'pat-1',
          },
        ],
  };
}

function base(id: string) {
  return {
    id,
    now: 0,
    status: 'quarantined',
    lane: 'background',
    source: 'ward-12',
    redrives: 0,
    attempts: [],
    rounds: [],
    corrections: [],
    body: 'masked',
    commandLine: `npm run cli -- quarantine show ${id} --stage prod`,
  } as const satisfies Partial<EntryView>;
}

function tellNight(stage: FakeStage, began: number): void {
  const at = (seconds: number) => ({
    at: began - seconds * SECOND,
    recordedAt: began - seconds * SECOND,
  });
  record(stage, {
    kind: 'redrive',
    actor: 'grace@example.org',
    reason: 'fix of the date parser is deployed',
    details: { entries: 18, fingerprint: '77aa01c2d3e4f5b6' },
    ...at(7_300),
  });
  record(stage, {
    kind: 'breaker-opened',
    component: 'deliver',
    reason: '5 failures in a row: 503 Service Unavailable',
    details: { service: 'fhir-server', generation: 12 },
    toldAs: 'deliver',
    ...at(240),
  });
  record(stage, {
    kind: 'lane-paused',
    component: 'supervisor',
    reason: 'fhir-server has not been closed for 2 minutes',
    details: { lane: 'delivery', holder: 'breaker' },
    toldAs: 'supervisor',
    ...at(120),
  });
  record(stage, {
    kind: 'incident-opened',
    component: 'incident',
    details: { incident: 'validate#3', crashes: 10 },
    toldAs: 'incident',
    ...at(88),
  });
  record(stage, {
    kind: 'page',
    component: 'incident',
    details: { incident: 'validate#3', to: 'oncall' },
    toldAs: 'incident',
    ...at(87),
  });
}
