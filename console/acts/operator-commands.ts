/**
 * An operator's commands for an incident, a breaker or a lane. Performs them at once, with the code
 * of the command line.
 */
import { z } from 'zod';
import { describeOverruled } from '../../cli/breaker/describe.ts';
import { knownService } from '../../cli/breaker/known-service.ts';
import { sayOf as overrule } from '../../cli/breaker/say.ts';
import { sayOf } from '../../cli/incident/say.ts';
import { describeOperated } from '../../cli/lane/describe.ts';
import { operate } from '../../cli/lane/operate.ts';
import { incidentKey } from '../../core/incident/incident.ts';
import type { BreakerWord, Done, IncidentWord, LaneWord } from '../contract/acts.ts';
import { idSchema, parsed, reasonSchema } from '../views/query.ts';
import type { Acting } from './bulk.ts';

type Speaking = Pick<Acting, 'name' | 'by' | 'cli' | 'now'>;

const incidentSchema = z.strictObject({
  word: z.enum(['acknowledge', 'resolve']),
  scope: idSchema,
  number: z.int().positive(),
  reason: reasonSchema,
});

export async function sayOfIncident(
  { name, by, cli, now }: Speaking,
  body: unknown,
): Promise<Done> {
  const { word, scope, number, reason }: IncidentWord = parsed(incidentSchema, body);
  const incident = await sayOf(name, { scope, number }, word, {
    at: now(),
    by,
    why: reason.trim(),
  });
  const key = incidentKey(incident);
  const command = word === 'acknowledge' ? 'ack' : 'resolve';
  return {
    message: `incident ${key} is ${incident.status}`,
    changed: true,
    commandLine: cli('incident', command, key, '--reason', reason),
  };
}

const HOURS_24_MS = 24 * 3_600_000;
const service = { service: idSchema, reason: reasonSchema };
const breakerSchema = z.discriminatedUnion('word', [
  z.strictObject({
    word: z.enum(['force-open', 'force-closed']),
    ...service,
    forMs: z.int().min(1_000).max(HOURS_24_MS),
  }),
  z.strictObject({ word: z.literal('reset'), ...service }),
]);

export async function sayOfBreaker({ name, by, cli, now }: Speaking, body: unknown): Promise<Done> {
  const asked: BreakerWord = parsed(breakerSchema, body);
  const { word: kind, reason } = asked;
  const known = await knownService(name, asked.service);
  const is = kind === 'force-open' ? 'open' : 'closed';
  const until = asked.word === 'reset' ? {} : { until: now() + asked.forMs };
  const about = { kind, is, what: 'breaker', name: known, service: known, ...until } as const;
  const overruled = await overrule(about, { stage: name, by, reason: reason.trim() });
  const seconds = asked.word === 'reset' ? [] : ['--for', `${Math.ceil(asked.forMs / 1_000)}s`];
  return {
    message: describeOverruled(overruled, now()),
    changed: overruled.transition.from !== overruled.transition.to,
    commandLine: cli('breaker', kind, known, ...seconds, '--reason', reason),
  };
}

const laneSchema = z.strictObject({
  word: z.enum(['pause', 'resume']),
  lane: idSchema,
  reason: reasonSchema,
});

export async function sayOfLane({ name, by, cli, now }: Speaking, body: unknown): Promise<Done> {
  const { word, lane, reason }: LaneWord = parsed(laneSchema, body);
  const operated = await operate(name, lane, word, { by, why: reason.trim() });
  const [message = ''] = describeOperated(word, operated, now()).split('\n');
  const commandLine = cli('lane', word, lane, '--reason', reason);
  return { message, changed: operated.changed, commandLine };
}
