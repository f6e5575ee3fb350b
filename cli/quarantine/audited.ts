/**
 * Publishes two facts about an operator's action on quarantined messages: that it began, before it
 * does anything, and how it ended. An action that cannot be recorded is not performed.
 */

import type { KeyedHash } from '../../aws/keyed-hash.ts';
import { type AuditFact, NAME_CHARACTERS_MAX, whoAndWhy } from '../../core/audit/audit-fact.ts';
import type { EntryFilter } from './filter.ts';
import type { Selection } from './selection.ts';
import type { Counts } from './work-through.ts';

export interface Act {
  readonly kind: 'redrive' | 'discard';
  readonly by: string;
  readonly why?: string | undefined;
  /** Epoch ms; it names a redrive. */
  readonly before: number;
  /** The filter of the selection. */
  readonly only: EntryFilter;
  readonly selection: Selection;
  /** The corrected body, if there is one. */
  readonly corrected?: string | undefined;
}

export interface Recorder {
  publish(facts: readonly AuditFact[]): Promise<void>;
  /** Read only if the action names messages. */
  hash(): Promise<KeyedHash>;
  readonly now: () => number;
  /** Names a run. */
  readonly newId: () => string;
}

/** Number of ids that fit into one text of a fact. */
const IDS_MAX = 30;

/** Performs it between its two facts. Throws what the action throws, and if a fact was not accepted. */
export async function audited<Ending extends string>(
  act: Act,
  recorder: Recorder,
  perform: () => Promise<Counts<Ending>>,
): Promise<Counts<Ending>> {
  const { publish, now, newId } = recorder;
  const run = newId();
  const fact = (phase: string, details: AuditFact['details']): AuditFact => ({
    id: `${act.kind}/${run}/${phase}`,
    kind: act.kind,
    at: now(),
    component: 'cli',
    ...whoAndWhy(act),
    details: { phase, run, ...details },
  });
  await publish([fact('began', await describeSelection(act, recorder))]);
  try {
    const counts = await perform();
    await publish([fact('ended', counted(counts))]);
    return counts;
  } catch (error) {
    await publish([fact('failed', { fault: error instanceof Error ? error.name : typeof error })]);
    throw error;
  }
}

async function describeSelection(
  { selection, only, before, corrected }: Act,
  { hash }: Recorder,
): Promise<AuditFact['details']> {
  const common = {
    selection: selection.kind,
    before: new Date(before).toISOString(),
    ...Object.fromEntries(
      Object.entries(only).map(([name, value]) => [
        name,
        String(value).slice(0, NAME_CHARACTERS_MAX),
      ]),
    ),
    ...(corrected !== undefined && { corrected: (await hash())(corrected) }),
  };
  switch (selection.kind) {
    case 'ids': {
      const messages = selection.ids
        .slice(0, IDS_MAX)
        .map(await hash())
        .join(' ');
      return { ...common, ids: selection.ids.length, messages };
    }
    case 'fingerprint':
      return { ...common, fingerprint: selection.fingerprint.slice(0, NAME_CHARACTERS_MAX) };
    case 'all':
      return common;
  }
}

const counted = (counts: Counts<string>): AuditFact['details'] =>
  Object.fromEntries(
    Object.entries(counts).map(([ending, count]) => [`count: ${ending}`, count ?? 0]),
  );
