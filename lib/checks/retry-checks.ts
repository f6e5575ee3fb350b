/**
 * Nested retries multiply: the SDK retries a call, within a function that SQS invokes again, within a queue
 * that gives up after some receives and deletes after its retention. Each must fit into the one around it.
 * Each refusal names both, and a value that would work.
 */
import { INVOCATION_TIMEOUT_MS, LONGEST_CALL_MS } from '../../aws/call-timeouts.ts';
import type { Config } from '../config/config.ts';
import { delivers } from '../constructs/delivery-targets.ts';

/** A working day: an outage of our own that is shorter must dead-letter nothing. */
const BACKSTOP_SECONDS_MIN = 8 * 3_600;
/** Receives that an attempt may cost: throttling spends them too. */
const RECEIVES_PER_ATTEMPT = 10;
/** Time that a supervisor needs in addition to the probe that it waits for. */
const AROUND_A_PROBE_SECONDS = 15;

/** Queues that give up after maxReceiveCount, by the setting that says how long a receive lasts. */
function givingUp(config: Config) {
  const { lanes, isolation, delivery, incident, supervisor, audit } = config;
  return Object.entries({
    'lanes.critical': lanes.critical,
    'lanes.background': lanes.background,
    isolation,
    ...(delivers(config) && { delivery }),
    incident,
    supervisor,
    audit,
  });
}

function* receiveProblems(config: Config): Generator<string> {
  const { maxReceiveCount, retentionDays, attempts } = config;
  for (const [key, { visibilitySeconds }] of givingUp(config)) {
    const name = `maxReceiveCount ${maxReceiveCount} x ${key}.visibilitySeconds ${visibilitySeconds}`;
    const seconds = maxReceiveCount * visibilitySeconds;
    if (seconds < BACKSTOP_SECONDS_MIN) {
      yield `${name} is ${seconds} s and must be at least ${BACKSTOP_SECONDS_MIN}: an outage of the pipeline would dead-letter messages that were never tried`;
    }
    if (seconds >= retentionDays * 86_400) {
      yield `${name} is ${seconds} s and must be below retentionDays ${retentionDays} (${retentionDays * 86_400} s): SQS would delete messages before they are dead-lettered`;
    }
  }
  const receives = RECEIVES_PER_ATTEMPT * attempts.environmentDied;
  if (maxReceiveCount < receives) {
    yield `maxReceiveCount ${maxReceiveCount} must be at least ${receives} (${RECEIVES_PER_ATTEMPT} x attempts.environmentDied): throttling spends receives, and no attempt`;
  }
}

/** `validate` stops before its timeout. The other functions wait for their calls. */
function* callProblems(config: Config): Generator<string> {
  const { quarantine, incident, supervisor, audit, monitor } = config;
  const waiting = { quarantine, incident, supervisor, audit, monitor };
  const min = Math.ceil(LONGEST_CALL_MS / 1_000) + 1;
  for (const [key, { timeoutSeconds }] of Object.entries(waiting)) {
    if (timeoutSeconds >= min) continue;
    yield `${key}.timeoutSeconds ${timeoutSeconds} must be at least ${min}: one call to AWS may take ${LONGEST_CALL_MS} ms with the SDK's own retries`;
  }
}

function* probeProblems(config: Config): Generator<string> {
  const { lanes, delivery, supervisor } = config;
  const fed = {
    'lanes.critical': lanes.critical,
    'lanes.background': lanes.background,
    ...(delivers(config) && { delivery }),
  };
  const longest = INVOCATION_TIMEOUT_MS / 1_000;
  for (const [key, { timeoutSeconds }] of Object.entries(fed)) {
    if (timeoutSeconds > longest) {
      yield `${key}.timeoutSeconds ${timeoutSeconds} must be at most ${longest}: the supervisor waits no longer for a probe of it`;
    } else if (timeoutSeconds + AROUND_A_PROBE_SECONDS > supervisor.timeoutSeconds) {
      yield `supervisor.timeoutSeconds ${supervisor.timeoutSeconds} must be at least ${timeoutSeconds + AROUND_A_PROBE_SECONDS} (${key}.timeoutSeconds + ${AROUND_A_PROBE_SECONDS}): it waits for a probe of it`;
    }
  }
}

/** Problems of retries within retries, in words. */
export function retryProblems(config: Config): string[] {
  return [...receiveProblems(config), ...callProblems(config), ...probeProblems(config)];
}
