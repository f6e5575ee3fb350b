import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { LiveClients, LiveProperties } from './live-property.ts';
import { NAME } from './live-property.ts';

const described =
  (pick: (table: TableDescription) => unknown) =>
  async ({ dynamodb }: LiveClients, TableName: string) => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    return Table && pick(Table);
  };

const encryption = z.object({
  SSEEnabled: z.boolean(),
  SSEType: z.literal('KMS').default('KMS'),
  KMSMasterKeyId: z.string(),
});
const timeToLive = z.object({ AttributeName: z.string(), Enabled: z.boolean() });
const recovery = z.object({ PointInTimeRecoveryEnabled: z.boolean() });

export const TABLE: LiveProperties = {
  TableName: NAME,
  KeySchema: { read: described((table) => table.KeySchema) },
  AttributeDefinitions: { read: described((table) => table.AttributeDefinitions) },
  GlobalSecondaryIndexes: { read: described((table) => table.GlobalSecondaryIndexes) },
  BillingMode: { read: described((table) => table.BillingModeSummary?.BillingMode) },
  DeletionProtectionEnabled: {
    read: described((table) => table.DeletionProtectionEnabled),
    set: ({ dynamodb }, TableName, wanted) =>
      dynamodb.send(
        new UpdateTableCommand({ TableName, DeletionProtectionEnabled: z.boolean().parse(wanted) }),
      ),
  },
  SSESpecification: {
    read: described(({ SSEDescription }) => ({
      SSEEnabled: SSEDescription?.Status === 'ENABLED',
      SSEType: SSEDescription?.SSEType,
      KMSMasterKeyId: SSEDescription?.KMSMasterKeyArn,
    })),
    set: ({ dynamodb }, TableName, wanted) => {
      const { SSEEnabled: Enabled, ...SSESpecification } = encryption.parse(wanted);
      const input = { TableName, SSESpecification: { Enabled, ...SSESpecification } };
      return dynamodb.send(new UpdateTableCommand(input));
    },
  },
  TimeToLiveSpecification: {
    read: async ({ dynamodb }, TableName) => {
      const answer = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
      const { AttributeName, TimeToLiveStatus } = answer.TimeToLiveDescription ?? {};
      return { AttributeName, Enabled: TimeToLiveStatus === 'ENABLED' };
    },
    set: ({ dynamodb }, TableName, wanted) => {
      const TimeToLiveSpecification = timeToLive.parse(wanted);
      return dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    },
  },
  PointInTimeRecoverySpecification: {
    read: async ({ dynamodb }, TableName) => {
      const answer = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
      const { PointInTimeRecoveryDescription } = answer.ContinuousBackupsDescription ?? {};
      const status = PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      return { PointInTimeRecoveryEnabled: status === 'ENABLED' };
    },
    set: ({ dynamodb }, TableName, wanted) => {
      const PointInTimeRecoverySpecification = recovery.parse(wanted);
      const input = { TableName, PointInTimeRecoverySpecification };
      return dynamodb.send(new UpdateContinuousBackupsCommand(input));
    },
  },
};
