/**
 * Writes the facts of a burst to the audit log, as its only writer does: batch after batch of ten.
 */
import assert from 'node:assert/strict';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { verifyLog } from '../../cli/audit/verify.ts';
import { logOf } from '../../test/support/audit.ts';
import { deliver } from '../../test/support/delivery.ts';
import type { World } from '../../test/support/world.ts';
import { meter } from './meter.ts';

const DOLLARS_PER_MILLION = { readUnits: 0.125, writeUnits: 0.625, objects: 5 };

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Writes everything in the world's audit queue. The log must be intact afterwards. */
export async function writeAudit(size: number, world: World, handler: Handler) {
  const log = logOf(world);
  const already = await verifyLog(log, { copyingMs: 0 });
  const kinds = new Map<string, number>();
  const started = performance.now();
  const before = meter.read();
  for (;;) {
    const delivery = await deliver(handler, world.queues.audit);
    if (delivery === undefined) break;
    assert.equal(delivery.failed.length, 0);
    for (const { body } of delivery.records) {
      const { kind } = JSON.parse(body);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  const seconds = (performance.now() - started) / 1_000;
  const { reads, writes, readUnits, writeUnits } = meter.since(before);
  assert.equal(kinds.get('process-crash'), size, 'each crash is a fact once');
  assert.equal(kinds.get('incident-opened'), 1, 'one incident is one fact');
  const verifying = performance.now();
  const written = await verifyLog(log, { copyingMs: 0 });
  const verifiedIn = (performance.now() - verifying) / 1_000;
  assert.equal(written.problem, undefined, 'the log is whole');
  const entries = written.head.sequence - already.head.sequence;
  const sent = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  assert.ok(entries === sent || entries === sent + 1, 'an entry a fact, and one of the deployment');
  const objects = written.objects - already.objects;
  const cost =
    readUnits * DOLLARS_PER_MILLION.readUnits +
    writeUnits * DOLLARS_PER_MILLION.writeUnits +
    objects * DOLLARS_PER_MILLION.objects;
  return {
    crashes: size,
    entries,
    objects,
    'incident facts': kinds.get('incident-opened'),
    'writes / entry': (writes / entries).toFixed(3),
    'reads / entry': (reads / entries).toFixed(3),
    'write units / entry': (writeUnits / entries).toFixed(3),
    'read units / entry': (readUnits / entries).toFixed(3),
    '$ / million entries': (cost / entries).toFixed(2),
    'entries / s here': Math.round(entries / seconds),
    'verified / s here': Math.round(written.head.sequence / verifiedIn),
  };
}
