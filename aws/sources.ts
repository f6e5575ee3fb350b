/**
 * The sources that this stage knows. The file is beside the code, because a function's environment
 * variables hold 4 KB in all; if the stack names none, one source `default` stands for the account.
 */
import type { Origin } from '../core/message/messages.ts';
import type { Provenance } from '../core/message/origin.ts';
import {
  type Admission,
  type Arrived,
  admit,
  type SourceRules,
  sourceRulesSchema,
} from '../core/source/sources.ts';
import { ENV } from '../telemetry/env-names.ts';
import { type Env, fileBeside } from './env.ts';

export interface Senders {
  /** Absent if no sources are configured. */
  readonly rules: SourceRules | undefined;
  /** Unique ids of the roles that send messages between our queues. */
  readonly ownRoles: readonly string[];
}

export const readSenders = (env: Env): Senders => ({
  rules: fileBeside('sourcesFile', sourceRulesSchema, env),
  ownRoles: (env[ENV.ownRoleIds] ?? '').split(',').filter(Boolean),
});

export interface Proven {
  readonly provenance: Provenance;
  readonly admission: Admission;
}

interface Received extends Omit<Arrived, 'envelope' | 'unreadable'> {
  readonly messageId: string;
  readonly sentAt: number;
}

/**
 * The source of a message: the one that it claims, if its sender proves it. Without configured
 * sources, the claim counts.
 */
export function prove({ rules, ownRoles }: Senders, said: Provenance, received: Received): Proven {
  const { envelope, unreadable } = said;
  if (rules === undefined) {
    return { provenance: said, admission: { kind: 'admitted', source: said.origin.source } };
  }
  const admission = admit(rules, ownRoles, { ...received, envelope, unreadable });
  return { provenance: borneOut(said, admission, received), admission };
}

function borneOut(said: Provenance, admission: Admission, received: Received): Provenance {
  const { source } = admission;
  if (admission.kind === 'admitted') return withSource(said, { source });
  const { sender, problem } = admission;
  const claims = said.origin.sender === undefined ? claimsOf(received) : said.origin.claims;
  // Anybody else's envelope could claim to be another message, and end it.
  if (problem === 'not-a-hop') {
    const { messageId, sentAt } = received;
    return { origin: { messageId, sentAt, source, sender } };
  }
  return withSource(said, { source, sender, claims });
}

/** The claims for which it was refused on its first queue. A redrive decides by them too. */
function claimsOf({ claimed, messageGroupId: group }: Received): Origin['claims'] {
  return {
    ...(claimed !== undefined && { source: claimed }),
    ...(group !== undefined && { group }),
  };
}

function withSource(
  { origin, envelope, problem, unreadable }: Provenance,
  proven: { source: string; sender?: string; claims?: Origin['claims'] },
): Provenance {
  return {
    origin: { ...withoutSender(origin), ...proven },
    envelope: envelope && withoutSender(envelope),
    problem,
    ...(unreadable && { unreadable }),
  };
}

function withoutSender<T extends Pick<Origin, 'sender' | 'claims'>>(origin: T) {
  const { sender: _, claims: __, ...rest } = origin;
  return rest;
}
