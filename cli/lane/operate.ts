import { loadSupervised, saveSupervised } from '../../aws/supervision-table.ts';
import { wakeSupervisor } from '../../aws/supervisor-queue.ts';
import { isSaved } from '../../aws/versioned-item.ts';
import { pauseByOperator, resumeByOperator } from '../../core/supervision/lane-holds.ts';
import { type Desk, HERE, queueAt } from '../clients.ts';
import { TargetError } from '../target.ts';
import { untilWritten } from '../until-written.ts';
import { type Applied, applyLatest, type LanePlace } from './apply-latest.ts';
import { type FoundLane, findLane, tableOf } from './find.ts';

const TRIES_MAX = 20;
const WORDS = { pause: pauseByOperator, resume: resumeByOperator };

export type Word = keyof typeof WORDS;

/** Who gives the command, and the reason, for the record. */
export interface Who {
  readonly by: string;
  readonly why: string;
}

export interface Operated extends Applied {
  readonly found: FoundLane;
  /** Whether the command changed anything. */
  readonly changed: boolean;
}

/**
 * Applies an operator's command to the desired state of a lane and to its mappings, whether or not the
 * supervisor is alive. The fact for the audit log is saved with the state. The supervisor is woken and
 * publishes it; otherwise it does so within a minute. @throws TargetError if the command is not possible
 */
export async function operate(
  stage: string,
  lane: string,
  word: Word,
  who: Who,
  desk: Desk = HERE,
): Promise<Operated> {
  const { found, queueUrl } = await findLane(stage, lane, desk);
  const { now, randomId } = desk;
  const place = { table: tableOf(stage, desk), component: found.component, now };
  const token = randomId();
  const { state, changed } = await untilWritten(() => save(place, word, who, token));
  const applied = await applyLatest(place, found.parts.mappings, state, desk);
  await wakeSupervisor(queueAt(queueUrl, desk));
  return { found, changed, ...applied };
}

interface Place extends LanePlace, Pick<Desk, 'now'> {}

/**
 * Saves on the condition that nobody else has saved, and otherwise decides again. A save that met a
 * conflict or an error may stand: its token shows that.
 */
async function save({ table, component, now }: Place, word: Word, who: Who, token: string) {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = await loadSupervised(table, component);
    if (isSaved(before, token)) return { state: before, changed: true };
    const decided = WORDS[word](before, who, now());
    if (decided === before) return { state: before, changed: false };
    const state = { ...decided, version: before.version + 1 };
    if (await saveSupervised(table, state, token)) return { state, changed: true };
  }
  throw new TargetError(`lane of ${component}: ${TRIES_MAX} conflicts; try again`);
}
