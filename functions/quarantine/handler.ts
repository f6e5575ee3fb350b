import { makeDynamo, makeS3, makeSecrets, makeSns, makeSqs } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { tracesOf } from '../../aws/traces-of.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';

export const handler = build({
  ...surroundings(process.env),
  env: readEnv(process.env),
  traces: await tracesOf(process.env),
  dynamo: makeDynamo(),
  s3: makeS3(process.env),
  sqs: makeSqs(),
  sns: makeSns(),
  secrets: makeSecrets(),
});
