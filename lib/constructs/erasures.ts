/** Lets a function that stores submissions read which patients were erased (core/erasure/erasure.ts). */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ENV } from '../../telemetry/env-names.ts';
import type { HashKey } from './hash-key.ts';
import { allow } from './iam-statements.ts';
import type { PipelineFunction } from './pipeline-function.ts';

export function grantErasures(writer: PipelineFunction, erasures: Table, hashKey: HashKey): void {
  writer.allow(allow('KnowErasures', ['dynamodb:Query'], [erasures.tableArn]));
  writer.lambda.addEnvironment(ENV.erasuresTable, erasures.tableName);
  hashKey.grantHash(writer);
}
