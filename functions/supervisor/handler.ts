import { makeDynamo, makeHastyDynamo, makeSqs } from '../../aws/clients.ts';
import { makeLambda, makeWaitingLambda } from '../../aws/lambda-clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { build } from './build.ts';
import { readEnvironment } from './environment.ts';

export const handler = build({
  ...surroundings(process.env),
  environment: readEnvironment(process.env),
  dynamo: makeDynamo(),
  hastyDynamo: makeHastyDynamo(),
  sqs: makeSqs(),
  tree: SUPERVISION_TREE,
  lambda: makeLambda(),
  waitingLambda: makeWaitingLambda(),
});
