import {
  DescribeRuleCommand,
  type DescribeRuleCommandOutput,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import type { LiveProperties, LiveProperty } from './live-property.ts';
import { NAME } from './live-property.ts';

const described = (pick: (rule: DescribeRuleCommandOutput) => unknown): LiveProperty => ({
  read: async ({ events }, Name) => pick(await events.send(new DescribeRuleCommand({ Name }))),
});

export const RULE: LiveProperties = {
  Name: NAME,
  Description: described((rule) => rule.Description),
  ScheduleExpression: described((rule) => rule.ScheduleExpression),
  EventPattern: described((rule) => JSON.parse(rule.EventPattern ?? 'null')),
  State: described((rule) => rule.State),
  Targets: {
    read: async ({ events }, Rule) =>
      (await events.send(new ListTargetsByRuleCommand({ Rule }))).Targets,
  },
};
