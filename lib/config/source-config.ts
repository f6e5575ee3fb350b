/** Who may send what (core/source/sources.ts), and what must hold in these settings. */
import { z } from 'zod';
import { idPrefixSchema } from '../../core/delivery/delivery-targets.ts';
import { sourceRulesSchema, sourceSchema, UNKNOWN_SOURCE } from '../../core/source/sources.ts';
import { tokenSecretArnSchema } from './token-secret.ts';

/** Its target at the FHIR server (core/delivery/delivery-targets.ts): one of the two. */
const placeSchema = z.strictObject({
  /** A base URL of its own; `https`, except for a server on this machine. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** For that server. */
  tokenSecretArn: tokenSecretArnSchema.optional(),
  /** Prefix of its ids at `delivery.endpoint`, which other sources share. */
  idPrefix: idPrefixSchema.optional(),
});

export const sourcesConfigSchema = sourceRulesSchema.extend({
  known: z
    .record(
      sourceRulesSchema.shape.known.keyType,
      sourceSchema.extend({ delivery: placeSchema.optional() }),
    )
    .default({}),
  /**
   * ARNs of the operators, with * for what varies: who may send to the queues behind the lanes' own, and to
   * the kernel's.
   */
  operatorArns: z.array(z.string().startsWith('arn:')).default([]),
});
export type SourcesConfig = z.output<typeof sourcesConfigSchema>;

/** Who may send to a lane's own queue; if absent, everybody in the account with the permission. */
export const sendersSchema = z
  .strictObject({
    /** Account ids: their own policies decide who in them may send. */
    accounts: z.array(z.string().regex(/^\d{12}$/, 'must have 12 digits')).default([]),
    /** ARNs of roles and users that exist. */
    roles: z
      .array(z.string().regex(/^arn:[\w-]+:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]+$/))
      .default([]),
    /** Services, each for one topic, rule or bucket only: their own sender id is shared by everybody. */
    services: z
      .array(
        z.strictObject({
          principal: z.string().regex(/^[a-z0-9.-]+\.amazonaws\.com$/),
          sourceArn: z.string().startsWith('arn:'),
        }),
      )
      .default([]),
  })
  .optional();
export type Senders = NonNullable<z.output<typeof sendersSchema>>;

/** Whether any source or sender is configured. */
export const hasSources = ({ known }: SourcesConfig) => Object.keys(known).length > 0;

export const hasRates = ({ known }: SourcesConfig) =>
  Object.values(known).some(({ ratePerMinute }) => ratePerMinute !== undefined);

/** Problems of the sources, in words. */
export function* sourceProblems(sources: SourcesConfig, production: boolean): Generator<string> {
  const seen = new Map<string, string>();
  for (const [label, { senders }] of Object.entries(sources.known)) {
    if (label === UNKNOWN_SOURCE)
      yield `sources.known.${label}: the name is reserved for unknown senders`;
    for (const sender of senders) {
      const other = seen.get(sender);
      if (other !== undefined) {
        yield `sources.known.${label}.senders ${sender} is one of ${other} too: a sender proves one source`;
      }
      seen.set(sender, label);
    }
  }
  for (const operator of sources.operators) {
    const label = seen.get(operator);
    if (label !== undefined) {
      yield `sources.operators ${operator} is a sender of sources.known.${label} too`;
    }
  }
  if (sources.senderIds === 'fixed' && production) {
    yield 'sources.senderIds fixed is for emulators and refused for production';
  }
  if ((sources.operators.length === 0) !== (sources.operatorArns.length === 0)) {
    yield 'sources.operators and sources.operatorArns must both name the operators, by id and by ARN';
  }
}

/** Problems of who may send to a lane's queue. */
export function* senderProblems(key: string, senders: Senders | undefined): Generator<string> {
  if (senders === undefined) return;
  const { accounts, roles, services } = senders;
  if (accounts.length + roles.length + services.length === 0) {
    yield `${key} names nobody: leave it out, or say who may send`;
  }
}
