/** Every function has an alarm for errors; one alarm watches the memory of all (pipeline-alarms.ts). */
import { Duration } from 'aws-cdk-lib';
import type { Config } from '../config/config.ts';
import type { PipelineFunction } from '../constructs/pipeline-function.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

const FIVE_MINUTES = { statistic: 'Sum', period: Duration.minutes(5) };

/**
 * Errors of validate are environments that died, which a resource may cause; a few are no reason for an
 * alarm. Messages of a function that is throttled wait in its queue, whose age has an alarm; the events of
 * a function without a queue are seen nowhere else.
 */
export function functionAlarms(
  { name, lambda, isInvoked }: PipelineFunction,
  { alarms }: Config,
): AlarmSettings[] {
  const errors: AlarmSettings = {
    name: `${name}-errors`,
    says: `Invocations of ${name} fail.`,
    section: 'errors',
    metric: lambda.metricErrors(FIVE_MINUTES),
    threshold: alarms.errorsInFiveMinutes,
    audience: name === 'reporting' || name === 'analytics' ? 'management' : 'oncall',
  };
  const throttles: AlarmSettings = {
    name: `${name}-throttles`,
    says: `Invocations of ${name} are throttled.`,
    section: 'throttles',
    metric: lambda.metricThrottles(FIVE_MINUTES),
    threshold: alarms.throttlesInFiveMinutes,
    audience: 'management',
  };
  return isInvoked ? [errors, throttles] : [errors];
}
