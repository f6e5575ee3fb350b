import { availableParallelism } from 'node:os';
import {
  makeDynamo,
  makeHastyDynamo,
  makeS3,
  makeSecrets,
  makeSns,
  makeSqs,
} from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { tracesOf } from '../../aws/traces-of.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';
import { startPlaces } from './validation-places.ts';

const env = readEnv(process.env);

export const handler = build({
  ...startPlaces(env, availableParallelism()),
  ...surroundings(process.env),
  env,
  traces: await tracesOf(process.env),
  fetch: (...request) => fetch(...request),
  dynamo: makeDynamo(),
  hastyDynamo: makeHastyDynamo(),
  s3: makeS3(process.env),
  sns: makeSns(),
  sqs: makeSqs(),
  secrets: makeSecrets(),
});
