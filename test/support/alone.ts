/** A message of the isolation queue, which runs alone, and its entry in Quarantine. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Attempt } from '../../core/attempt/attempts.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../core/message/messages.ts';
import { testClients } from './clients.ts';
import { contextWith, deliver, send } from './delivery.ts';
import { useStage } from './stage.ts';
import { itemsOf } from './stores.ts';
import { TIMEOUT_MS } from './time-up.ts';

export const ORIGIN = {
  messageId: 'm-1',
  sentAt: 1_000,
  source: 'lab',
  file: 'a.ndjson',
  line: 5,
};
/** What every entry has. */
export const WHENCE = { lane: 'background', source: ORIGIN.source, sentAt: ORIGIN.sentAt };

/** The deadline is for one resource: those that hang use it up, and others must not, however busy the machine is. */
export function useAlone(settings: Record<string, unknown> = { deadlineMs: 2_000 }) {
  const stage = useStage(settings);
  return {
    stage,

    submit(body: string, news: Partial<Envelope> = {}): Promise<string> {
      const envelope: Envelope = { ...ORIGIN, lane: stage.world.lane, ...news };
      return send(stage.world.queues.isolation, body, {
        [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope),
      });
    },

    deliverAlone: (timeoutMs = TIMEOUT_MS, handler = stage.functions.validate) =>
      deliver(handler, stage.world.queues.isolation, { context: contextWith(timeoutMs), max: 1 }),

    async entry() {
      const [item, ...others] = await itemsOf(stage.world.tables.quarantine);
      expect(others).toEqual([]);
      return item as (Record<string, unknown> & { attempts: Attempt[] }) | undefined;
    },

    enter(status: string, attempts: readonly Attempt[]): Promise<unknown> {
      const Item = { ...WHENCE, pk: ORIGIN.messageId, status, attempts };
      const put = new PutCommand({ TableName: stage.world.tables.quarantine, Item });
      return testClients().dynamo.send(put);
    },
  };
}
