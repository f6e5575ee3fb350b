/**
 * Goes through everything that is stored, and erases what an erasure applies to. It can be interrupted
 * anywhere and run again: rows and entries go first and their bodies last, and each is found by its
 * content.
 */

import { erasableEntries } from '../../aws/erased-entries.ts';
import { eraseRow, type ResourceRow, resourceRows } from '../../aws/erased-resources.ts';
import { claimOn } from '../../core/erasure/erasure.ts';
import type { Named } from '../../core/erasure/patient-references.ts';
import { patientsNamed } from '../../core/erasure/patient-references.ts';
import { findBodies } from './bodies.ts';
import { noteBodies, sweepBodies } from './sweep-bodies.ts';
import { sweepEntry } from './sweep-entries.ts';
import {
  knownClaim,
  placeIn,
  type Sweep,
  type SweepOptions,
  type SweepStage,
  type Swept,
  type Tally,
} from './sweep-run.ts';

/** At the end of its lease, a process may have begun to record what the server said. */
const RECORDING_MS = 5_000;

const tally = (): Tally => ({ erased: 0, before: 0, shared: 0, kept: 0 });

export async function sweep(stage: SweepStage, options: SweepOptions): Promise<Swept> {
  const run: Sweep = {
    ...stage,
    ...options,
    found: await findBodies(stage.bucket, options.book, options.hash),
    resources: tally(),
    entries: tally(),
    bodies: tally(),
    delivered: [],
    rows: new Map(),
    orphans: new Set(),
    wanted: new Set(),
    leasedUntil: 0,
    underWay: 0,
    numbers: new Set([...options.book.byPatient.values()].map(({ number }) => number)),
  };
  for await (const row of resourceRows(stage.resourcesTable)) {
    // Also of a row that stays: the lease may be on what it held before.
    noteLease(run, row.deliveryLease);
    await sweepRow(run, row);
  }
  // A process that is delivering one of them may still quarantine what it read.
  const left = run.leasedUntil + RECORDING_MS - options.now();
  if (options.act && left > 0) await options.wait(left);
  await noteBodies(run);
  for await (const entry of erasableEntries(stage.quarantineTable)) await sweepEntry(run, entry);
  await sweepBodies(run);
  const { resources, entries, bodies, delivered, underWay, found } = run;
  return { resources, entries, bodies, delivered, underWay, unreadable: found.unreadable };
}

async function sweepRow(run: Sweep, row: ResourceRow): Promise<void> {
  if (row.erasure !== undefined && row.body === undefined && row.bodyS3 === undefined) {
    if (run.numbers.has(row.erasure)) {
      run.resources.before += 1;
      noteDelivery(run, row);
    }
    return;
  }
  const key = row.bodyS3?.key;
  const claim =
    claimOn(namedIn(run, row), row, run.book, run.hash) ?? knownClaim(run, row.pk, row.sentAt);
  if (claim === undefined || claim.kept) {
    if (claim !== undefined) run.resources.kept += 1;
    if (key !== undefined) run.wanted.add(key);
    return;
  }
  const { number } = claim.erasure;
  if (run.act) await run.note(run.hash(row.pk), number);
  if (run.act) {
    const { isErased, lease } = await eraseRow(run.resourcesTable, row, number, run.now());
    noteLease(run, lease);
    // Something newer is there now. It was submitted after the erasure, or is refused on its way.
    if (!isErased) return;
  }
  run.resources.erased += 1;
  if (claim.shared) run.resources.shared += 1;
  run.rows.set(placeIn(row), claim);
  noteDelivery(run, row);
  if (key !== undefined) run.orphans.add(key);
}

function noteLease(run: Sweep, lease: ResourceRow['deliveryLease']): void {
  run.leasedUntil = Math.max(run.leasedUntil, lease?.until ?? 0);
}

function noteDelivery(run: Sweep, row: ResourceRow): void {
  const mayBeThere =
    row.deliveredOrder !== undefined ||
    row.deliveryLease !== undefined ||
    row.deliveryUnconfirmed === true ||
    row.deliveryLateUntil !== undefined;
  if (mayBeThere) run.delivered.push(`${row.resourceType}/${row.resourceId ?? row.messageId}`);
}

/** A row without content still belongs to the patient, by its type and id. */
function namedIn({ found }: Sweep, row: ResourceRow): Named {
  const { body, bodyS3, resourceType, resourceId } = row;
  const named =
    body === undefined ? found.byKey.get(bodyS3?.key ?? '')?.named : patientsNamed(body);
  if (resourceType !== 'Patient' || resourceId === undefined) {
    return named ?? { patients: new Set() };
  }
  return { patients: new Set([...(named?.patients ?? []), resourceId]), self: resourceId };
}
