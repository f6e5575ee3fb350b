/** Lets `validate` share the switches of its plugins; there only where plugins are configured. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { switchOf } from '../core/plugin-switch.ts';
import { ENV } from '../functions/aws/env-names.ts';
import type { Audit } from './audit.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { allowKeys } from './policy.ts';

export function shareSwitches(host: PipelineFunction, breakers: Table, audit: Audit): void {
  const actions = ['dynamodb:GetItem', 'dynamodb:PutItem'];
  host.allow(allowKeys('SharePluginSwitches', actions, [breakers.tableArn], [switchOf('*')]));
  host.lambda.addEnvironment(ENV.breakersTable, breakers.tableName);
  audit.grantTell(host, ['plugin-switched']);
}
