/** A table of this stack: on demand, encrypted by our key, restorable to any second of 35 days. */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

/** With the string key `pk`. The construct's id, in lower case, is its name without the stage's prefix. */
export function encryptedTable(
  scope: Construct,
  id: string,
  { config, key }: Foundation,
  props: Pick<TableProps, 'sortKey' | 'timeToLiveAttribute'> = {},
): Table {
  const policy = stagePolicy(config);
  return new Table(scope, id, {
    tableName: resourceName(config.stage, id.toLowerCase()),
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: policy.protect,
    // CloudFormation cannot delete a protected table, not even one of a deployment that fails.
    removalPolicy: policy.protect ? RemovalPolicy.RETAIN : policy.removal,
    ...props,
  });
}
