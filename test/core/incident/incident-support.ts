import type { Incident, OpeningPolicy } from '../../../core/incident/incident.ts';
import { openedByCrashes } from '../../../core/incident/incident.ts';
import type { CrashEvent } from '../../../core/message/messages.ts';

export const NOW = 10_000_000;
export const policy: OpeningPolicy = {
  crashesToOpen: 3,
  windowMs: 1_000,
  calendar: { timeZone: 'UTC', holidays: [] },
};

export function crash(id: string, at: number, fields: Partial<CrashEvent> = {}): CrashEvent {
  return { id, at, kind: 'timeout', component: 'validate', requestId: id, ...fields };
}

export const three = [crash('a', 100), crash('b', 500, { kind: 'exit' }), crash('c', 1_000)];

/** An incident that was just opened, with these fields. */
export function opened(fields: Partial<Incident> = {}): Incident {
  const incident = openedByCrashes('validate', undefined, three, NOW, policy);
  if (incident === undefined) throw new Error('not opened');
  return { ...incident, ...fields };
}
