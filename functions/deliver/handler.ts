import { makeDynamo, makeHastyDynamo, makeS3, makeSecrets, makeSqs } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { tracesOf } from '../../aws/traces-of.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';

export const handler = build({
  ...surroundings(process.env),
  env: readEnv(process.env),
  traces: await tracesOf(process.env),
  fetch: (...request) => fetch(...request),
  dynamo: makeDynamo(),
  hastyDynamo: makeHastyDynamo(),
  s3: makeS3(process.env),
  sqs: makeSqs(),
  secrets: makeSecrets(),
});
