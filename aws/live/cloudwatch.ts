import {
  type CompositeAlarm,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import type { LiveProperties, LiveProperty } from './live-property.ts';
import { NAME } from './live-property.ts';

/** Properties that CloudFormation and the API call the same. */
const METRIC_ALARM = [
  'ActionsEnabled',
  'AlarmActions',
  'AlarmDescription',
  'ComparisonOperator',
  'DatapointsToAlarm',
  'Dimensions',
  'EvaluationPeriods',
  'ExtendedStatistic',
  'InsufficientDataActions',
  'MetricName',
  'Metrics',
  'Namespace',
  'OKActions',
  'Period',
  'Statistic',
  'Threshold',
  'TreatMissingData',
  'Unit',
] as const satisfies readonly (keyof MetricAlarm)[];
const COMPOSITE_ALARM = [
  'ActionsEnabled',
  'ActionsSuppressor',
  'ActionsSuppressorExtensionPeriod',
  'ActionsSuppressorWaitPeriod',
  'AlarmActions',
  'AlarmDescription',
  'AlarmRule',
  'InsufficientDataActions',
  'OKActions',
] as const satisfies readonly (keyof CompositeAlarm)[];

const metricAlarm = (name: keyof MetricAlarm): LiveProperty => ({
  read: async ({ cloudwatch }, alarm) => {
    const input = { AlarmNames: [alarm], AlarmTypes: ['MetricAlarm' as const] };
    return (await cloudwatch.send(new DescribeAlarmsCommand(input))).MetricAlarms?.[0]?.[name];
  },
});

const compositeAlarm = (name: keyof CompositeAlarm): LiveProperty => ({
  read: async ({ cloudwatch }, alarm) => {
    const input = { AlarmNames: [alarm], AlarmTypes: ['CompositeAlarm' as const] };
    return (await cloudwatch.send(new DescribeAlarmsCommand(input))).CompositeAlarms?.[0]?.[name];
  },
});

const each = <Name extends string>(
  names: readonly Name[],
  property: (name: Name) => LiveProperty,
): LiveProperties => Object.fromEntries(names.map((name) => [name, property(name)]));

export const ALARM: LiveProperties = { AlarmName: NAME, ...each(METRIC_ALARM, metricAlarm) };
export const COMPOSITE: LiveProperties = {
  AlarmName: NAME,
  ...each(COMPOSITE_ALARM, compositeAlarm),
};

export const DASHBOARD: LiveProperties = {
  DashboardName: NAME,
  DashboardBody: {
    read: async ({ cloudwatch }, DashboardName) =>
      (await cloudwatch.send(new GetDashboardCommand({ DashboardName }))).DashboardBody,
  },
};
