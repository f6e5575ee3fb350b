/** One erasure from its first fact to its last, continued if an earlier run died. */

import {
  type ErasureRecord,
  endErasure,
  noteErased,
  readErased,
  readErasures,
  recordErasure,
} from '../../aws/erasures-table.ts';
import type { Table } from '../../aws/handles.ts';
import type { KeyedHash } from '../../aws/keyed-hash.ts';
import { type AuditFact, whoAndWhy } from '../../core/audit/audit-fact.ts';
import { type Erasure, erasureBook, patientKey } from '../../core/erasure/erasure.ts';
import type { Recorder } from '../quarantine/audited.ts';
import { sweep } from './sweep.ts';
import type { SweepStage, Swept, Tally } from './sweep-run.ts';

export interface EraseStage extends SweepStage {
  readonly erasuresTable: Table;
  /** After this time no invocation is running that may not know of an erasure. */
  readonly settleMs: number;
}

export interface Request {
  readonly source: string;
  /** Id of the Patient. */
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly shared: Erasure['shared'];
}

export interface Surroundings {
  readonly recorder: Recorder;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Called with what is happening; no PHI. */
  readonly say: (line: string) => void;
}

/** Counts what an erasure would erase now. Writes nothing. */
export async function survey(
  stage: EraseStage,
  request: Request,
  { recorder, wait }: Surroundings,
): Promise<Swept> {
  const hash = await recorder.hash();
  const { source, id, shared, by, reason: why } = request;
  const erasure = { number: 0, patient: hash(patientKey(source, id)), source, shared };
  const book = erasureBook([{ ...erasure, at: recorder.now() }]);
  const note = noting(stage);
  return sweep(stage, { book, hash, by, why, note, now: recorder.now, wait, act: false });
}

const noting =
  ({ erasuresTable }: EraseStage) =>
  (keyHash: string, number: number) =>
    noteErased(erasuresTable, keyHash, number);

/** Erases. If it died, run it again: it continues with the same erasure. */
export async function erase(
  stage: EraseStage,
  request: Request,
  surroundings: Surroundings,
): Promise<{ readonly record: ErasureRecord; readonly swept: Swept }> {
  const { recorder, wait, say } = surroundings;
  const { publish, now } = recorder;
  const hash = await recorder.hash();
  const record = await begin(stage, request, hash, surroundings);
  // From now on, because it was recorded long after its own time, if its machine slept or its run was repeated.
  say(
    `waiting ${Math.ceil(stage.settleMs / 1_000)} s for running invocations that may not know of it`,
  );
  await wait(stage.settleMs);
  const { by, reason: why } = record;
  const book = erasureBook([record]);
  const options = { book, hash, by, why, note: noting(stage), now, wait, act: true };
  const swept = await sweep(stage, options);
  await publish([factOf(record, 'ended', countsOf(swept), now())]);
  await endErasure(stage.erasuresTable, record.number, now());
  return { record, swept };
}

export interface ReplayRequest {
  readonly by: string;
  readonly reason: string;
  /** If false, it only counts. */
  readonly act: boolean;
}

/** Repeats all earlier erasures: a restored table contains their content again. */
export async function replay(
  stage: EraseStage,
  { by, reason, act }: ReplayRequest,
  { recorder: { publish, now, hash: open }, wait }: Surroundings,
): Promise<{ readonly erasures: number; readonly swept: Swept }> {
  const hash = await open();
  const records = await readErasures(stage.erasuresTable);
  const run = crypto.randomUUID();
  const fact = (phase: string, details: AuditFact['details']): AuditFact => ({
    id: `erased/replay/${run}/${phase}`,
    kind: 'erased',
    at: now(),
    component: 'cli',
    ...whoAndWhy({ by, why: reason }),
    details: { phase, run, erasures: records.length, ...details },
  });
  if (act) await publish([fact('replay began', {})]);
  const book = erasureBook(records);
  const known = new Map<string, Erasure>();
  for (const [keyHash, number] of await readErased(stage.erasuresTable)) {
    const record = records[number - 1];
    if (record !== undefined) known.set(keyHash, record);
  }
  const note = noting(stage);
  const swept = await sweep(stage, {
    book,
    hash,
    by,
    why: reason,
    known,
    note,
    now,
    wait,
    act,
  });
  if (act) await publish([fact('replay ended', countsOf(swept))]);
  return { erasures: records.length, swept };
}

/** An action that cannot be recorded is not performed. */
async function begin(
  { erasuresTable }: EraseStage,
  { source, id, by, reason, shared }: Request,
  hash: KeyedHash,
  { recorder: { publish, now }, say }: Surroundings,
): Promise<ErasureRecord> {
  const patient = hash(patientKey(source, id));
  const open = (await readErasures(erasuresTable)).findLast(
    (each) => each.patient === patient && each.endedAt === undefined,
  );
  if (open !== undefined) {
    say(`continuing erasure ${open.number} of ${new Date(open.at).toISOString()}`);
    return open;
  }
  const erasure = { patient, source, at: now(), shared, by, reason };
  await publish([factOf(erasure, 'began', {}, erasure.at)]);
  return recordErasure(erasuresTable, erasure);
}

function factOf(
  { patient, source, at, by, reason, shared }: Omit<ErasureRecord, 'number' | 'endedAt'>,
  phase: string,
  details: AuditFact['details'],
  now: number,
): AuditFact {
  return {
    id: `erased/${patient}/${at}/${phase}`,
    kind: 'erased',
    at: now,
    component: 'cli',
    ...whoAndWhy({ by, why: reason }),
    details: { phase, patient, source, upTo: new Date(at).toISOString(), shared, ...details },
  };
}

function countsOf(swept: Swept): Record<string, number> {
  const of = (name: string, { erased, before, kept }: Tally) => ({
    [name]: erased + before,
    ...(kept > 0 && { [`${name} kept`]: kept }),
  });
  return {
    ...of('resources', swept.resources),
    ...of('entries', swept.entries),
    ...of('bodies', swept.bodies),
    delivered: swept.delivered.length,
    unreadable: swept.unreadable,
    underWay: swept.underWay,
  };
}
