/**
 * Plans how much of the account's concurrency each function may use.
 *
 * In production every function reserves what its mappings may use at most: a mapping that may use more than
 * its function has over-polls, and throttled messages spend receives. AWS keeps 100 for functions that
 * reserve nothing. `background` is the lane that can wait, so it gets what is left, except for a share that stays free.
 * CloudFormation changes functions side by side, and Lambda refuses a reservation for which another has not made room
 * yet: a deployment that moves concurrency from `background` to others, or back, would fail now and then.
 */
import type { Lane } from '../../core/message/messages.ts';
import { delivers } from '../constructs/delivery-targets.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-load.ts';

/** AWS refuses reservations that leave less than this to all others. */
const UNRESERVED_MIN = 100;
const MAPPING_MIN = 2;
/** Part of what is left for `background` that one deployment can move from or to it. */
const FREE_SHARE = 1 / 8;

export interface Concurrency {
  /** Maximum concurrency of each lane's own queue. */
  readonly lanes: Readonly<Record<Lane, number>>;
  /** By component; undefined if nothing is reserved (outside production). */
  readonly reserved: Readonly<
    Partial<
      Record<
        | Lane
        | 'quarantine'
        | 'incident'
        | 'audit'
        | 'supervisor'
        | 'monitor'
        | 'deliver'
        | 'resend'
        | 'reporting'
        | 'analytics',
        number
      >
    >
  >;
  /** What was cut, printed by synth. */
  readonly notes: readonly string[];
}

/** Plans the concurrency of all functions; throws ConfigError if the account is too small. */
export function planConcurrency(config: Config): Concurrency {
  const wanted = {
    critical: config.lanes.critical.maxConcurrency,
    background: config.lanes.background.maxConcurrency,
  };
  if (!config.production) return { lanes: wanted, reserved: {}, notes: [] };

  const isolation = config.isolation.maxConcurrency;
  const critical = wanted.critical + isolation;
  const quarantine = 2 * config.quarantine.maxConcurrency;
  const incident = config.incident.maxConcurrency;
  // Its queue, and the minute rule.
  const audit = config.audit.maxConcurrency + 1;
  const supervisor = config.supervisor.maxConcurrency;
  const monitor = config.monitor.maxConcurrency;
  const delivering = delivers(config);
  const deliver = delivering ? config.delivery.maxConcurrency : 0;
  const resend = delivering ? 1 : 0;
  const reporting = config.reporting.maxConcurrency;
  const analytics = config.analytics.maxConcurrency;
  const kernel = quarantine + incident + audit + supervisor + monitor;
  const others = critical + kernel + isolation + deliver + resend + reporting + analytics;
  const left = config.accountConcurrency - UNRESERVED_MIN - others;
  if (left < MAPPING_MIN) {
    throw new ConfigError([
      `accountConcurrency ${config.accountConcurrency} is too small: critical ${critical}, quarantine ${quarantine}, incident ${incident}, audit ${audit}, supervisor ${supervisor}, monitor ${monitor}, reporting ${reporting}, analytics ${analytics}, ${delivering ? `delivery ${deliver + resend}, ` : ''}background at least ${isolation + MAPPING_MIN} and ${UNRESERVED_MIN} unreserved do not fit`,
    ]);
  }
  const background = Math.min(wanted.background, left - Math.floor(left * FREE_SHARE));
  const notes =
    background < wanted.background
      ? [
          `lanes.background.maxConcurrency ${wanted.background} is cut to ${background}: what the account's ${config.accountConcurrency} leaves, without an eighth that stays free for later deployments`,
        ]
      : [];
  return {
    lanes: { critical: wanted.critical, background },
    reserved: {
      critical,
      background: background + isolation,
      quarantine,
      incident,
      audit,
      supervisor,
      monitor,
      reporting,
      analytics,
      ...(delivering && { deliver, resend }),
    },
    notes,
  };
}
