/** Lets `validate` use the shared switches of its plugins. Only if plugins are configured. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { switchOf } from '../../core/supervision/plugin-switch.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Audit } from '../constructs/audit.ts';
import { allowKeys } from '../constructs/iam-statements.ts';
import type { PipelineFunction } from '../constructs/pipeline-function.ts';

export function shareSwitches(host: PipelineFunction, breakers: Table, audit: Audit): void {
  const actions = ['dynamodb:GetItem', 'dynamodb:PutItem'];
  host.allow(allowKeys('SharePluginSwitches', actions, [breakers.tableArn], [switchOf('*')]));
  host.lambda.addEnvironment(ENV.breakersTable, breakers.tableName);
  audit.grantPublish(host, ['plugin-switched']);
}
