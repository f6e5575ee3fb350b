/**
 * "Kill it, watch it heal": the tour for a newcomer. Each step says what to do and what to look at.
 * The figures show when a step is done, so the tour also goes on if somebody performs the act
 * without its button.
 */
import type { LocalAct } from '../../contract/local.ts';
import type { Snapshot } from '../../contract/snapshot.ts';

export interface TourStep {
  readonly id: string;
  readonly title: string;
  /** What will happen, and where to see it. */
  readonly text: string;
  /** Label of the button. Absent if the step only waits. */
  readonly button?: string;
  readonly acts: readonly LocalAct[];
  /** Text while the step waits. */
  readonly waiting: string;
  readonly isDone: (seen: Seen) => boolean;
  /** Text once the step is done. */
  readonly seen: string;
}

export interface Seen {
  readonly snapshot: Snapshot;
  /** Whether the first message that the step sent has been stored. */
  readonly isStored: boolean;
}

const LANE = 'background';
const send = (sample: 'good' | 'throw' | 'exit' | 'hang', times = 1): LocalAct[] =>
  Array.from({ length: times }, () => ({ act: 'send', sample, lane: LANE }));

const downstream = ({ local }: Snapshot) =>
  local?.value?.servers.find(({ name }) => name === 'downstream');

const breaker = ({ breakers }: Snapshot) =>
  breakers.value?.find(({ name }) => name === 'fhir-server');

const incidentsOf = ({ incidents }: Snapshot) => incidents.value?.incidents ?? [];

const CRASHES_TO_SEND = 12;

const GOOD: TourStep = {
  id: 'good',
  title: 'A patient goes through',
  text: 'Send one good patient. It waits in the queue, is validated by a separate worker, and is stored.',
  button: 'Send a patient',
  acts: send('good'),
  waiting: 'It is on its way …',
  isDone: ({ isStored }) => isStored,
  seen: 'It is stored. Its life can be read under Message.',
};

const KILL: TourStep = {
  id: 'kill',
  title: 'Kill what validates it',
  text: `Send ${CRASHES_TO_SEND} patients that kill the process that validates them. Each is run alone, crashes again, and is quarantined with the evidence; no other message is harmed. Ten crashes in five minutes open one incident.`,
  button: `Send ${CRASHES_TO_SEND} killers`,
  acts: [
    ...send('throw', CRASHES_TO_SEND / 2),
    ...send('exit', CRASHES_TO_SEND / 2),
    ...send('good', 3),
  ],
  waiting: 'Each runs alone, crashes, and runs again. The crash window fills …',
  isDone: ({ snapshot }) => incidentsOf(snapshot).some(({ status }) => status !== 'resolved'),
  seen: 'One incident is open, and on-call was paged once.',
};

const ACKNOWLEDGE: TourStep = {
  id: 'acknowledge',
  title: 'You are on call',
  text: 'Open the incident, look at what crashed, and acknowledge it with a reason. Until then it pages again and escalates.',
  acts: [],
  waiting: 'Follow the first line of the page to the incident.',
  isDone: ({ snapshot }) => incidentsOf(snapshot).every(({ status }) => status !== 'open'),
  seen: 'It is yours now, and it is in the audit log.',
};

const OUTAGE: TourStep = {
  id: 'outage',
  title: 'Take the FHIR server down',
  text: 'Make every call of the FHIR server fail, and send patients. After five failures the breaker opens: no more calls are made, and the patients wait.',
  button: 'Take it down',
  acts: [{ act: 'server', name: 'downstream', mode: 'fail' }, ...send('good', 8)],
  waiting: 'Calls fail. The breaker counts them …',
  isDone: ({ snapshot }) => breaker(snapshot)?.phase === 'open',
  seen: 'The breaker is open. Nothing is lost, nothing is quarantined.',
};

const HEAL: TourStep = {
  id: 'heal',
  title: 'Watch it heal',
  text: 'Bring the server back. When the countdown ends, one probe is made. If it succeeds, another one follows, then a tenth of the traffic, a quarter, half, all.',
  button: 'Bring it back',
  acts: [{ act: 'server', name: 'downstream', mode: 'ok' }],
  waiting: 'It waits for the countdown, then probes …',
  isDone: ({ snapshot }) =>
    breaker(snapshot)?.phase === 'closed' && downstream(snapshot)?.mode === 'ok',
  seen: 'It is closed, and what waited is delivered. That is the end of the tour.',
};

/** The steps that are possible here: without a FHIR server there is none to take down. */
export function tourSteps(snapshot: Snapshot): readonly TourStep[] {
  const steps = [GOOD, KILL, ACKNOWLEDGE];
  return downstream(snapshot) === undefined ? steps : [...steps, OUTAGE, HEAL];
}
