/** On-demand tables throttle if one key is too busy, or traffic doubles within minutes. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation, type Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Config } from '../config/config.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

/** The operations that are called on our tables, and can be throttled. */
const OPERATIONS = [
  Operation.GET_ITEM,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.QUERY,
] as const;

/** `name` is the table's without the stage's prefix. */
export function tableAlarm(name: string, table: Table, { alarms }: Config): AlarmSettings {
  const throttled = OPERATIONS.map((operation, n) => [
    `m${n}`,
    table.metricThrottledRequestsForOperation(operation, {
      statistic: 'Sum',
      period: Duration.minutes(5),
    }),
  ]);
  return {
    name: `${name}-table-throttles`,
    says: `Requests to table ${name} are throttled.`,
    section: 'throttles',
    metric: new MathExpression({
      expression: OPERATIONS.map((_, n) => `FILL(m${n}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(throttled),
      period: Duration.minutes(5),
    }),
    threshold: alarms.throttlesInFiveMinutes,
    audience: 'management',
  };
}
