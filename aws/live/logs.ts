import {
  AssociateKmsKeyCommand,
  DescribeLogGroupsCommand,
  DescribeSubscriptionFiltersCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
  type SubscriptionFilter,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { LiveClients, LiveProperties, LiveProperty } from './live-property.ts';
import { anyOf, NAME } from './live-property.ts';

const described =
  (pick: (group: LogGroup) => unknown) =>
  async ({ logs }: LiveClients, logGroupNamePrefix: string) => {
    const answer = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    const group = answer.logGroups?.find((one) => one.logGroupName === logGroupNamePrefix);
    return group && pick(group);
  };

/** Part of a subscription of a group: there may be two, of which one must match. */
const subscribed = (pick: (filter: SubscriptionFilter) => unknown): LiveProperty => ({
  read: async ({ logs }, logGroupName, wanted) => {
    const answer = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
    return anyOf((answer.subscriptionFilters ?? []).map(pick), wanted);
  },
});

/** By the name of the group. */
export const SUBSCRIPTION_FILTER: LiveProperties = {
  LogGroupName: NAME,
  FilterName: subscribed((live) => live.filterName),
  FilterPattern: subscribed((live) => live.filterPattern),
  DestinationArn: subscribed((live) => live.destinationArn),
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
