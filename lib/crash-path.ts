/** The path of a crash, the middle of the drawing: incident, supervisor, and the audit log of what they do. */
import type { Construct } from 'constructs';
import type { Foundation } from './constructs/foundation.ts';
import { Incident } from './constructs/incident.ts';
import { Minute } from './constructs/minute.ts';
import type { Stores } from './constructs/stores.ts';
import { Supervisor } from './constructs/supervisor.ts';
import type { Topics } from './constructs/topics.ts';
import type { MessagePath } from './message-path.ts';

export function addCrashPath(
  scope: Construct,
  foundation: Foundation,
  stores: Stores,
  topics: Topics,
  path: MessagePath,
) {
  const { tables, audit } = stores;
  const { crashes, oncall, management } = topics;
  const incident = new Incident(scope, 'Incident', foundation, {
    crashes,
    table: tables.incidents,
    oncall,
    management,
  });
  const minute = new Minute(scope, 'Minute', foundation);
  const wakes = minute.wakes(incident.queue);
  const supervisor = new Supervisor(scope, 'Supervisor', foundation, {
    lanes: supervisedLanes(path),
    crashes,
    table: tables.supervision,
    incidents: incident.queue,
    breakers: path.delivery && tables.breakers,
    audit,
    minute,
  });
  if (foundation.config.incident.remediation !== 'off') supervisor.grantAsk(incident.function);
  incident.admit([supervisor.function], [crashes.topic.topicArn, wakes]);
  for (const caller of callersOf(foundation, path)) supervisor.grantNews(caller);
  connect(stores, minute, incident, path);
  return { incident, supervisor, minute };
}

const supervisedLanes = ({ critical, background, delivery }: MessagePath) => ({
  critical: { queue: critical.queue, function: critical.validate },
  background: { queue: background.queue, function: background.validate },
  ...(delivery && { delivery: { queue: delivery.queue, function: delivery.deliver } }),
});

/** Functions that call an external service through a breaker. */
function callersOf({ config }: Foundation, { delivery, validating }: MessagePath) {
  const asking = config.terminology.endpoint === undefined ? [] : validating;
  return [...(delivery ? [delivery.deliver] : []), ...asking];
}

/** The minute's wakes and the permissions to write the audit log that no construct adds itself. */
function connect(
  { audit, hashKey }: Stores,
  minute: Minute,
  incident: Incident,
  { delivery }: MessagePath,
): void {
  minute.wakes(audit.function);
  audit.grantPublish(incident.function, [
    'process-crash',
    'incident-opened',
    'incident-resolved',
    'page',
    'acknowledgement',
  ]);
  hashKey.grantHash(incident.function);
  if (delivery === undefined) return;
  minute.wakes(delivery.resend);
  audit.grantPublish(delivery.deliver, ['breaker-transition']);
  // It publishes again what others may not have published because they died.
  const transitions = ['breaker-transition', 'breaker-forced', 'plugin-switched'] as const;
  audit.grantPublish(delivery.resend, transitions);
}
