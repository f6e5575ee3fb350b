/**
 * Drills for alarms on the pipeline itself: quarantine, breakers, lanes, the root, pages, the audit log.
 */
import { ENVELOPE_ATTRIBUTE } from '../core/message/messages.ts';
import type { Drill, Place } from './drill.ts';
import { tableDrill } from './table-drills.ts';
import { crashing, invalid, messageFor, undecided, valid } from './texts.ts';

/** More than ring the alarm by default. */
const INVALID = 120;
/** More than open an incident. */
const CRASHES = 12;
/** More than the application layer allows within five seconds. */
const DEATHS = 5;

export function storyDrill(alarm: string): Drill | undefined {
  const lane = /^(\w+)-paused$/.exec(alarm)?.[1];
  if (lane !== undefined) return pauseDrill(lane);
  return STORIES[alarm];
}

const times = (count: number) => Array.from({ length: count });

async function submit({ stage, stack }: Place, count: number, text: () => string): Promise<void> {
  await Promise.all(times(count).map(() => stage.queues.send(`${stack}-background`, text())));
}

const STORIES: Readonly<Record<string, Drill>> = {
  'quarantine-grows': {
    condition: `${INVALID} invalid resources`,
    async provoke(place) {
      await submit(place, INVALID, invalid);
      return undefined;
    },
  },
  'calls-throttles': {
    condition: 'the table Resources refuses all requests as throttled',
    async provoke(place) {
      const undo = await tableDrill(`${place.stack}-resources`).provoke(place);
      await submit(place, 1, valid);
      return undo;
    },
  },
  'envelopes-unreadable': {
    condition: 'a message in an isolation queue has an envelope that is no JSON',
    async provoke({ stage, stack }) {
      await stage.queues.send(`${stack}-background-isolation`, valid(), {
        [ENVELOPE_ATTRIBUTE]: '{',
      });
      return undefined;
    },
  },
  'page-unanswered': {
    condition: `${CRASHES} resources crash, and nobody acknowledges the page`,
    async provoke(place) {
      await submit(place, CRASHES, crashing);
      return undefined;
    },
    again: ({ stage }) => stage.minute(),
  },
  'delivery-fails': {
    condition: 'the FHIR server answers 503, and is asked again',
    async provoke(place) {
      place.servers.fhir.setMode('fail');
      await submit(place, 1, valid);
      return () => place.servers.fhir.setMode('ok');
    },
  },
  'breaker-fhir-server': {
    condition: 'the FHIR server answers 503',
    async provoke(place) {
      place.servers.fhir.setMode('fail');
      await submit(place, 20, valid);
      return () => place.servers.fhir.setMode('ok');
    },
    again: ({ stage }) => stage.minute(),
  },
  'breaker-terminology-server': {
    condition: 'the terminology server answers 503',
    async provoke({ servers }) {
      servers.terminology.setMode('fail');
      return () => servers.terminology.setMode('ok');
    },
    again: (place) => submit(place, 5, undecided),
  },
  'root-escalation': {
    condition: `validate-critical dies ${DEATHS} times within five seconds`,
    async provoke({ stage, stack }) {
      for (const _ of times(DEATHS))
        await stage.lambda.invoke(`${stack}-validate-critical`, 'no event');
      return undefined;
    },
  },
  'report-late': {
    condition: 'a day that is over has an outcome, so its report is due',
    async provoke({ stage, stack }) {
      const endedAt = Date.now() - 2 * 24 * 3_600_000;
      const outcome = { ...JSON.parse(messageFor('reporting')), endedAt };
      await stage.queues.send(`${stack}-reporting`, JSON.stringify(outcome));
      return undefined;
    },
    again: ({ stage }) => stage.minute(),
  },
  'audit-faults': {
    condition: 'its table refuses all requests as throttled',
    async provoke(place) {
      const undo = await tableDrill(`${place.stack}-audit`).provoke(place);
      await place.stage.queues.send(`${place.stack}-audit.fifo`, messageFor('audit.fifo'));
      return undo;
    },
  },
};

/** Only deaths: no operator may send a pause to the supervisor's queue. */
function pauseDrill(lane: string): Drill {
  const name = lane === 'delivery' ? 'deliver' : `validate-${lane}`;
  return {
    condition: `${name} dies ${DEATHS} times within five seconds`,
    async provoke({ stage, stack }) {
      for (const _ of times(DEATHS)) await stage.lambda.invoke(`${stack}-${name}`, 'no event');
      return undefined;
    },
    again: ({ stage }) => stage.minute(),
  };
}
