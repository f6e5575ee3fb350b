import { makeDynamo, makeSqs } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';

export const handler = build({
  ...surroundings(process.env),
  env: readEnv(process.env),
  dynamo: makeDynamo(),
  sqs: makeSqs(),
});
