/** Every function has an alarm for errors, throttles and memory. */
import { Duration } from 'aws-cdk-lib';
import type { Config } from '../config/config.ts';
import type { PipelineFunction } from '../constructs/pipeline-function.ts';
import { type OwnMetric, ownMetric } from './own-metric.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

const FIVE_MINUTES = { statistic: 'Sum', period: Duration.minutes(5) };

/** The dimensions of a function's metrics: `validate-critical` is validate, in lane critical. */
export function speakerOf(name: string): OwnMetric['of'] {
  const [component, lane] = name.split('-');
  return component === 'validate' && lane !== undefined ? { component, lane } : { component: name };
}

/**
 * Errors of validate are environments that died, which a resource may cause; a few are no reason for an
 * alarm.
 */
export function functionAlarms(
  { name, lambda }: PipelineFunction,
  config: Config,
): AlarmSettings[] {
  const { alarms, stage } = config;
  return [
    {
      name: `${name}-errors`,
      says: `Invocations of ${name} fail.`,
      section: 'errors',
      metric: lambda.metricErrors(FIVE_MINUTES),
      threshold: alarms.errorsInFiveMinutes,
      audience: name === 'reporting' || name === 'analytics' ? 'management' : 'oncall',
    },
    {
      name: `${name}-throttles`,
      says: `Invocations of ${name} are throttled.`,
      section: 'throttles',
      metric: lambda.metricThrottles(FIVE_MINUTES),
      threshold: alarms.throttlesInFiveMinutes,
      audience: 'management',
    },
    {
      name: `${name}-memory`,
      says: `An environment of ${name} uses more than ${alarms.memoryPercent} % of its memory.`,
      section: 'memory',
      metric: ownMetric({
        stage,
        name: 'MemoryPercent',
        of: speakerOf(name),
        statistic: 'Maximum',
        minutes: 5,
      }),
      threshold: alarms.memoryPercent,
      audience: 'management',
    },
  ];
}
