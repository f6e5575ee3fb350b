/** Fences of breakers. */
import type { Fence } from './fence.ts';

const PROBES_IN_TROUBLE: Fence['needs'] = ({ coincidences }) => coincidences.probeInTrouble > 0;

const BY_SHARE: Fence['needs'] = ({ settings }) => settings.breakerShare > 0;

export const OF_BREAKERS: readonly Fence[] = [
  {
    name: 'breaker: saved only over the version that was decided on',
    file: 'aws/breakers-table.ts',
    code: "'generation = :generation AND version = :version'",
    without: "'generation = :generation AND (version = :version OR version <> :version)'",
  },
  {
    name: 'breaker: a result of an older generation changes nothing',
    file: 'core/breaker/breaker-result.ts',
    code: 'return state.generation !== ticket.generation;',
    without: 'return state.generation < ticket.generation;',
    needs: PROBES_IN_TROUBLE,
  },
  {
    name: "breaker: only a probe's owner decides its result",
    file: 'core/breaker/breaker-result.ts',
    code: 'state.probe === undefined || state.probe.owner !== result.ticket.probe?.owner',
    without: 'state.probe === undefined',
    needs: PROBES_IN_TROUBLE,
  },
  {
    name: 'breaker: a result counts once',
    file: 'core/breaker/breaker-result.ts',
    code: 'return state.receipts.includes(token);',
    without: "return state.receipts.length < 0 && token === '';",
  },
  {
    name: 'breaker: a result whose receipt may be gone is not reported again',
    file: 'breaker/replica.ts',
    code: "if (hasForgotten(state, change.next)) return 'unknown';",
    without: "if (hasForgotten(state, change.next) && conflicts < 0) return 'unknown';",
    needs: ({ coincidences, servers, settings }) =>
      coincidences.saveUnanswered > 0 && servers.broken > 0.05 && settings.breakerShare === 0,
  },
  {
    name: 'breaker: calls whose report was refused are looked for before they are reported again',
    file: 'breaker/replica.ts',
    code: "      if (change === undefined) return 'made';\n      if (conflicts === conflictsMax) return 'not made';",
    without:
      "      if (conflicts === conflictsMax) return 'not made';\n      if (change === undefined) return 'made';",
    needs: BY_SHARE,
  },
  {
    name: 'breaker: a probe is taken over only after its lease',
    file: 'core/breaker/breaker.ts',
    code: 'if (probe === undefined || now >= probe.leaseUntil) {',
    without: 'if (probe === undefined || now >= probe.leaseUntil - 60_000) {',
  },
  {
    name: 'breaker: a probe begins early enough to end before its lease',
    file: 'core/breaker/breaker.ts',
    code: 'return now + timeoutMs + leaseMarginMs / 2 <= leaseUntil;',
    without: 'return now - timeoutMs - leaseMarginMs <= leaseUntil;',
    needs: PROBES_IN_TROUBLE,
  },
  {
    name: 'breaker: a transition is kept until its publication is confirmed',
    file: 'core/breaker/breaker-state.ts',
    code: 'Math.max(RECENT_MAX, unpublishedOf(state).length + 1)',
    without: 'RECENT_MAX',
  },
  {
    name: 'breaker: a transition is confirmed only after it is published',
    file: 'functions/resend/review-breakers.ts',
    code: '    await auditTransitions(audit, service, some);\n',
    without: '',
  },
  {
    name: 'breaker: a first state is saved only if there is none',
    file: 'aws/breakers-table.ts',
    code: "const NOT_THERE = 'attribute_not_exists(pk)';",
    without: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)';",
  },
  {
    name: 'breaker: saved only in the generation that was decided on',
    file: 'aws/breakers-table.ts',
    code: "'generation = :generation AND version = :version'",
    without: "'(generation = :generation OR generation <> :generation) AND version = :version'",
    unseen: 'versions begin again only where somebody deletes the item, and in a run nobody does',
  },
  {
    name: 'breaker: a publication is confirmed only in its phase',
    file: 'aws/breakers-table.ts',
    code: "'generation = :generation AND since = :since'",
    without:
      "'(generation = :generation OR generation <> :generation) AND (since = :since OR since <> :since)'",
    unseen:
      'what a late confirmation says is true: it names the generation up to which all was published',
  },
  {
    name: 'breaker: a result changes nothing that an operator forced',
    file: 'core/breaker/breaker-result.ts',
    code: 'wasApplied(state, result.token)) return undefined;\n  if (forcedAt(state, now)) return undefined;',
    without: 'wasApplied(state, result.token)) return undefined;',
  },
  {
    name: 'breaker: one that is forced open waits for the lease of a probe',
    file: 'core/breaker/breaker-operator.ts',
    code: 'Math.max(word.until, leaseEnd(state))',
    without: 'Math.max(word.until, 0 * leaseEnd(state))',
    needs: ({ coincidences, operators }) =>
      operators.overrules > 0.1 && operators.withinMs <= 100 && coincidences.probeInTrouble > 0,
  },
];
