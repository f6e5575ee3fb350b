/**
 * Alarms on what the pipeline reports about itself: quarantine, breakers, lanes, supervision, pages, audit.
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { isFhirServer } from '../../core/delivery/delivery-targets.ts';
import { CRASH_KINDS } from '../../core/message/verdict.ts';
import type { Config } from '../config/config.ts';
import { ownMetric } from './own-metric.ts';
import { givenBackForDays } from './queue-alarms.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

/** Parts of this stack that alarms depend on. */
export interface PipelineParts {
  /** Lanes that may be paused. */
  readonly lanes: readonly string[];
  /** External services behind a breaker. */
  readonly services: readonly string[];
}

export const QUARANTINE_CLASSES = ['invalid', ...CRASH_KINDS, 'undelivered'] as const;

export function pipelineAlarms(
  config: Config,
  { lanes, services }: PipelineParts,
): AlarmSettings[] {
  return [
    quarantineGrows(config),
    memoryShort(config),
    callsThrottled(config),
    givenBackForDays(config),
    ...(services.some(isFhirServer) ? [deliveryFails(config)] : []),
    envelopesUnreadable(config),
    ...services.map((service) => breakerOpen(config, service)),
    ...lanes.map((lane) => lanePaused(config, lane)),
    rootGaveUp(config),
    unanswered(config),
    auditFails(config),
    reportLate(config),
  ];
}

function quarantineGrows({ stage, alarms }: Config): AlarmSettings {
  return {
    name: 'quarantine-grows',
    says: `More than ${alarms.quarantinedInFiveMinutes} messages were quarantined in five minutes.`,
    section: 'quarantine',
    metric: ownMetric({ stage, name: 'Quarantined', of: {}, minutes: 5 }),
    threshold: alarms.quarantinedInFiveMinutes,
    audience: 'management',
  };
}

function memoryShort({ stage, alarms }: Config): AlarmSettings {
  const statistic = 'Maximum';
  return {
    name: 'functions-memory',
    says: `An environment of a function uses more than ${alarms.memoryPercent} % of its memory.`,
    section: 'memory',
    metric: ownMetric({ stage, name: 'MemoryPercent', of: {}, statistic, minutes: 5 }),
    threshold: alarms.memoryPercent,
    audience: 'management',
  };
}

/** On-demand tables throttle if one key is too busy, or traffic doubles within minutes. */
function callsThrottled({ stage, alarms }: Config): AlarmSettings {
  return {
    name: 'calls-throttles',
    says: 'Calls of tables, queues or other services are throttled.',
    section: 'throttles',
    metric: ownMetric({ stage, name: 'Throttled', of: {}, minutes: 5 }),
    threshold: alarms.throttlesInFiveMinutes,
    audience: 'management',
  };
}

/** Emitted at each failed call: at least every ten minutes while calls are made. */
function deliveryFails({ stage, alarms }: Config): AlarmSettings {
  const of = { component: 'deliver' };
  return {
    name: 'delivery-fails',
    says: `The FHIR server has failed at a resource for more than ${alarms.deliveryFailingSeconds} s.`,
    section: 'undelivered',
    metric: ownMetric({
      stage,
      name: 'DeliveryFailingSeconds',
      of,
      statistic: 'Maximum',
      minutes: 15,
    }),
    threshold: alarms.deliveryFailingSeconds,
    periods: { bad: 1, of: 4 },
    audience: 'management',
  };
}

function envelopesUnreadable({ stage }: Config): AlarmSettings {
  return {
    name: 'envelopes-unreadable',
    says: 'A message of our own has an envelope that cannot be read.',
    section: 'envelopes',
    metric: ownMetric({ stage, name: 'EnvelopesUnreadable', of: {} }),
    threshold: 1,
    audience: 'oncall',
  };
}

/**
 * Counts refused calls too: without a delivery lane, nobody reads the breaker each minute. The minute that has just
 * ended may have no data yet, and the minute's timer may have missed one: both are filled with 0, so two of the minutes
 * need not be bad. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * Often one of the two has no data at all: no call is made while the lane is paused, and no minute reads the breaker
 * without a delivery lane. `a OR b` has a value only where both have one. The maximum of a list needs one of them, even
 * where FILL finds nothing to fill.
 */
function breakerOpen({ stage }: Config, service: string): AlarmSettings {
  const of = { breaker: service };
  const isOpen = new MathExpression({
    expression: 'IF(MAX([FILL(since, 0), FILL(refused, 0)]) > 0, 1, 0)',
    usingMetrics: {
      since: ownMetric({ stage, name: 'BreakerOpenSeconds', of, statistic: 'Maximum' }),
      refused: ownMetric({ stage, name: 'BreakerRefused', of }),
    },
    period: Duration.minutes(1),
  });
  return {
    name: `breaker-${service}`,
    says: `The breaker of ${service} has been open for more than five minutes.`,
    section: 'breaker',
    metric: isOpen,
    threshold: 1,
    periods: { bad: 6, of: 8 },
    audience: 'oncall',
  };
}

function lanePaused({ stage }: Config, lane: string): AlarmSettings {
  return {
    name: `${lane}-paused`,
    says: `Lane ${lane} is paused: nothing is taken from its queues.`,
    section: 'lanePaused',
    metric: ownMetric({ stage, name: 'LanePaused', of: { lane }, statistic: 'Maximum' }),
    threshold: 1,
    periods: { bad: 2, of: 2 },
    audience: 'oncall',
  };
}

function rootGaveUp({ stage }: Config): AlarmSettings {
  return {
    name: 'root-escalation',
    says: 'The root of the supervision tree gave up: what it supervises does not come right.',
    section: 'escalation',
    metric: ownMetric({ stage, name: 'Escalations', of: { component: 'supervisor' } }),
    threshold: 1,
    audience: 'oncall',
  };
}

function unanswered({ stage }: Config): AlarmSettings {
  return {
    name: 'page-unanswered',
    says: 'A page was not acknowledged in time.',
    section: 'unanswered',
    metric: ownMetric({ stage, name: 'PagesUnanswered', of: { component: 'incident' } }),
    threshold: 1,
    audience: 'management',
  };
}

function auditFails({ stage }: Config): AlarmSettings {
  return {
    name: 'audit-faults',
    says: 'The audit log cannot be written.',
    section: 'audit',
    metric: ownMetric({ stage, name: 'ComponentFaults', of: { component: 'audit' } }),
    threshold: 1,
    periods: { bad: 3, of: 5 },
    audience: 'oncall',
  };
}

/** Emitted each minute while one is due. Days that were missed are made up for one a minute. */
function reportLate({ stage }: Config): AlarmSettings {
  const of = { component: 'reporting' };
  return {
    name: 'report-late',
    says: 'A daily report has been due for an hour, and is not made.',
    section: 'report',
    metric: ownMetric({ stage, name: 'ReportsDue', of, statistic: 'Maximum', minutes: 5 }),
    threshold: 1,
    periods: { bad: 12, of: 12 },
    audience: 'management',
  };
}
