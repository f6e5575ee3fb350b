/** The policy of docs/retention.md allows each call that an erasure makes, and no others. */

import http, { type RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { expect, test } from 'vitest';
import { eraserPolicy } from '../../../lib/checks/eraser-policy.ts';
import { byName, resourcesOf, synthesized } from '../../lib/synthesized.ts';
import { send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { loadEraser, placeOf, requestFor } from '../../support/eraser.ts';
import { invalidPatient, largePatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';

const policy = eraserPolicy({ stage: 'dev', account: '111122223333', region: 'eu-central-1' });
const stage = useStage({ deadlineMs: 5_000, heapOldMb: 64, inlineBytesMax: 4_000 });

/** IAM's name for a request. With a version id, reading and deleting an object are actions of their own. */
function actionOf({ method, path, headers = {} }: RequestOptions): string {
  const { 'x-amz-target': target } = headers as Readonly<Record<string, string>>;
  if (target !== undefined) return `dynamodb:${target.split('.')[1]}`;
  const { pathname, searchParams } = new URL(path ?? '', 'http://s3');
  const version = searchParams.has('versionId') ? 'Version' : '';
  if (method === 'GET' && searchParams.has('versions')) return 's3:ListBucketVersions';
  return `s3:${method === 'GET' ? 'Get' : 'Delete'}Object${version}${pathname.length > 1 ? '' : '?'}`;
}

/** The actions that this process requests from AWS while `work` runs. */
async function actionsOf(act: () => Promise<unknown>): Promise<string[]> {
  const actions = new Set<string>();
  const { request } = http;
  const watched = (options: RequestOptions, ...rest: never[]) => {
    actions.add(actionOf(options));
    return request(options, ...rest);
  };
  http.request = watched as typeof request;
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    http.request = request;
    syncBuiltinESMExports();
  }
  return [...actions].sort();
}

test('the policy allows each call to tables and buckets that an erasure makes', async () => {
  const eraser = await loadEraser();
  const bodies = [patient({ id: 'p1' }), invalidPatient('p1')];
  bodies.push(JSON.stringify({ ...JSON.parse(largePatient(9_000)), id: 'p1' }));
  for (const body of bodies) await send(stage.world.queues.lane, body, { file: 'a.ndjson' });
  await drain(stage.world, stage.functions);
  // The hash key is read with a client of its own, from neither a table nor a bucket.
  const actions = await actionsOf(async () => {
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
  });
  const stores = (all: readonly string[]) => [
    ...new Set(all.filter((action) => /^(dynamodb|s3):/.test(action) && !/GetSecret/.test(action))),
  ];
  const allowed = policy.Statement.flatMap(({ Action }) => Action);
  // An entry that changed meanwhile is read again.
  const withoutRaces = stores(allowed).filter((action) => action !== 'dynamodb:GetItem');
  expect(stores(actions)).toEqual(withoutRaces.sort());
});

test('the policy’s names are those of the template', () => {
  const template = synthesized();
  const names = new Set([
    ...byName(template, 'AWS::SQS::Queue', 'QueueName').keys(),
    ...byName(template, 'AWS::DynamoDB::Table', 'TableName').keys(),
    ...byName(template, 'AWS::Lambda::Function', 'FunctionName').keys(),
  ]);
  const named = policy.Statement.flatMap(({ Resource }) => Resource).filter(
    (each) => !/:(s3|kms|secretsmanager):/.test(each),
  );
  expect(named.length).toBeGreaterThan(10);
  for (const arn of named) expect([...names]).toContain(arn.split(/[:/]/).at(-1));
  const buckets = JSON.stringify(resourcesOf(template, 'AWS::S3::Bucket'));
  expect(buckets).toContain('fhir-failsafe-dev-bodies-');
  const aliases = JSON.stringify(resourcesOf(template, 'AWS::KMS::Alias'));
  expect(aliases).toContain('"alias/fhir-failsafe-dev"');
  expect(JSON.stringify(policy)).not.toMatch(/"Action":\[[^\]]*\*/);
});
