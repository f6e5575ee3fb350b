import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { faulty, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

/** JSON takes both of these characters in a string as they are. SQS takes neither. */
const [IN_KEYS, IN_TEXTS] = ['\ufffe', '\uffff'];

const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32 });

/** What a producer sends whose file has such a name: its claim check escapes what SQS refuses. */
async function submit(name: string, text: string): Promise<string> {
  const { bucket: Bucket, queues } = stage.world;
  const Key = `submissions/${name}${IN_KEYS}`;
  await testClients().s3.send(
    new PutObjectCommand({ Bucket, Key, Body: text, ContentLength: Buffer.byteLength(text) }),
  );
  const claim = JSON.stringify({ s3: { bucket: Bucket, key: Key } });
  return send(queues.lane, claim.replace(IN_KEYS, '\\ufffe'));
}

const entries = () => itemsOf(stage.world.tables.quarantine);
async function redrive(id: string, more: { readonly corrected?: string } = {}) {
  const operator = await loadOperator();
  const selection = { kind: 'ids', ids: [id] } as const;
  return operator.redrive(stageOf(stage.world), selection, { ...byTest(), ...more });
}
const withCharacter = (text: string) => JSON.stringify({ ...JSON.parse(text), language: IN_TEXTS });

test('R04: a claim check with a character in its key that SQS refuses is isolated, and ends', async () => {
  const id = await submit('crashes', faulty('throw'));
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([{ pk: id, status: 'quarantined', kind: 'dead-letter' }]);
});

test('R04: a resource with a character that SQS refuses goes back as it is', async () => {
  const text = withCharacter(faulty('throw'));
  const id = await submit('crashes', text);
  await drain(stage.world, stage.functions);
  expect(await redrive(id)).toEqual({ sent: 1 });
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([{ pk: id, status: 'quarantined', round: 1 }]);
});

test('R04: so does a correction of it, and it is stored as it was corrected', async () => {
  const id = await submit('crashes', faulty('throw'));
  await drain(stage.world, stage.functions);
  const corrected = patient({ extension: [{ url: 'http://a.example', valueString: IN_TEXTS }] });
  await redrive(id, { corrected });
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([{ pk: id, status: 'stored' }]);
  expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ body: corrected }]);
});

test('R04: nothing at all, which SQS refuses too, goes back as it is', async () => {
  const id = await submit('empty', '');
  await drain(stage.world, stage.functions);
  expect(await redrive(id)).toEqual({ sent: 1 });
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([{ pk: id, kind: 'rejection', round: 1 }]);
});
