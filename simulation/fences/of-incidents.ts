/** Fences of incidents. */
import type { Fence } from './fence.ts';

const ESCALATED_AGAIN: Fence['needs'] = ({ coincidences }) =>
  coincidences.comesAgain > 0 && coincidences.badDeployment > 0;

export const OF_INCIDENTS: readonly Fence[] = [
  {
    name: 'incident: saved only over the version that was read',
    file: 'aws/versioned-item.ts',
    code: "const VERSION_BEFORE = 'version = :before';",
    without: "const VERSION_BEFORE = 'version = :before OR version <> :before';",
  },
  {
    name: 'incident: a new one is saved only if there is none',
    file: 'aws/versioned-item.ts',
    code: "const NOT_THERE = 'attribute_not_exists(pk)';",
    without: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)';",
  },
  {
    name: 'incident: its number is in the deduplication key',
    file: 'functions/incident/page.ts',
    code: 'const dedupKey = fault === undefined ? itself',
    without: 'const dedupKey = fault === undefined ? incident.scope',
  },
  {
    name: 'incident: crashes that met a resolution are recorded again',
    file: 'functions/incident/open-incidents.ts',
    code: 'if (over < incidentsOver(latest)) {',
    without: 'if (over > incidentsOver(latest)) {',
  },
  {
    name: 'incident: a quiet resolution looks again',
    file: 'core/incident/incident-steps.ts',
    code: 'return resolved?.quietSince !== undefined && done[LOOKED_AGAIN] === undefined;',
    without: 'return false && done[LOOKED_AGAIN] === undefined && resolved === undefined;',
    needs: ({ coincidences }) => coincidences.stormAtQuiet > 0,
  },
  {
    name: 'incident: a quiet resolution spends crashes up to the start of its quiet period',
    file: 'core/incident/spent-crashes.ts',
    code: 'at <= quietSince);',
    without: 'at <= resolvedAt);',
  },
  {
    name: 'incident: a crash is recorded anew by its message after a resolution',
    file: 'aws/crash-items.ts',
    code: 'OR (receipt = :receipt AND incidentsOver < :over)',
    without: 'OR (receipt = :receipt AND incidentsOver < :over AND attribute_not_exists(pk))',
    needs: ({ operators }) => operators.resolvesInStorm > 0.1,
  },
  {
    name: 'incident: only the message that recorded a crash records it anew',
    file: 'aws/crash-items.ts',
    code: 'OR (receipt = :receipt AND',
    without: 'OR ((receipt = :receipt OR receipt <> :receipt) AND',
  },
  {
    name: 'incident: a late write of a crash changes nothing',
    file: 'aws/crash-items.ts',
    code: 'AND incidentsOver < :over)',
    without: 'AND (incidentsOver < :over OR incidentsOver >= :over))',
    needs: ({ coincidences, operators }) =>
      coincidences.lateWrite > 0 && operators.resolvesInStorm > 0.1,
  },
  {
    name: 'incident: an escalation is recorded once',
    file: 'aws/crash-items.ts',
    code: '    ConditionExpression: NOT_THERE,\n',
    without: '    ConditionExpression: `${NOT_THERE} OR attribute_exists(pk)`,\n',
    needs: ESCALATED_AGAIN,
  },
  {
    name: 'incident: an escalation that a resolution has read opens none',
    file: 'core/incident/incident.ts',
    code: 'if (isGoingOn(latest) || over < incidentsOver(latest)) return undefined;',
    without: 'if (isGoingOn(latest) || over < 0) return undefined;',
    needs: ESCALATED_AGAIN,
  },
  {
    name: 'incident: an escalation looks again after it was recorded',
    file: 'functions/incident/open-incidents.ts',
    code: 'if (recorded.isOpen) {',
    without: 'if (recorded.isOpen && over < 0) {',
    needs: ({ coincidences, operators }) =>
      coincidences.badDeployment > 0 && operators.resolvesInStorm > 0.1,
  },
  {
    name: 'incident: each environment that dies of a repeated request counts',
    file: 'core/attempt/deaths-in-log.ts',
    code: 'const id = runsResources ? requestId :',
    without: 'const id = runsResources || requestId !== undefined ? requestId :',
    // Whom the minute invokes.
    needs: ({ outages }) =>
      outages.some(
        ({ of, fromMs, untilMs }) => /-(?:resend|audit)$/.test(of) && untilMs - fromMs > 130_000,
      ),
  },
];
