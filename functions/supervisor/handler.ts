import { makeDynamo, makeHastyDynamo, makeSqs } from '../../aws/clients.ts';
import { makeLambda, makeWaitingLambda } from '../../aws/lambda-clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';

export const handler = build({
  ...surroundings(process.env),
  env: readEnv(process.env),
  dynamo: makeDynamo(),
  hastyDynamo: makeHastyDynamo(),
  sqs: makeSqs(),
  tree: SUPERVISION_TREE,
  lambda: makeLambda(),
  waitingLambda: makeWaitingLambda(),
});
