import {
  AssociateKmsKeyCommand,
  DescribeLogGroupsCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { LiveClients, LiveProperties } from './live-property.ts';
import { NAME } from './live-property.ts';

const described =
  (pick: (group: LogGroup) => unknown) =>
  async ({ logs }: LiveClients, logGroupNamePrefix: string) => {
    const answer = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    const group = answer.logGroups?.find((one) => one.logGroupName === logGroupNamePrefix);
    return group && pick(group);
  };

export const LOG_GROUP: LiveProperties = {
  LogGroupName: NAME,
  RetentionInDays: {
    read: described((group) => group.retentionInDays),
    set: ({ logs }, logGroupName, wanted) => {
      const retentionInDays = z.number().parse(wanted);
      return logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    },
  },
  KmsKeyId: {
    read: described((group) => group.kmsKeyId),
    set: ({ logs }, logGroupName, wanted) =>
      logs.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId: z.string().parse(wanted) })),
  },
};
