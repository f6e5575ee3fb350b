/** Fences of supervision. */
import type { Fence } from './fence.ts';

const LANES_HELD: Fence['needs'] = ({ operators }) =>
  operators.holds > 0.1 || operators.interrupts > 0.3;

export const OF_SUPERVISION: readonly Fence[] = [
  {
    name: 'supervision: a probe isolates a message whose environment died',
    file: 'functions/validate/lane-batch.ts',
    code: 'await bySuspicion(submissions, batch);',
    without:
      'await bySuspicion(submissions, batch).then((all) => probing ? { fresh: submissions, suspects: [] } : all);',
  },
  {
    name: 'supervision: only the process that probes reports the result',
    file: 'core/supervision/lane-supervision.ts',
    code: 'if (state.probe?.id !== id) return state;',
    without: 'if (state.probe === undefined && id === undefined) return state;',
    needs: LANES_HELD,
  },
  {
    name: 'supervision: a probe waits until the mappings are disabled',
    file: 'core/supervision/lane-supervision.ts',
    code: 'if (!wanted || taken || now < wakeAt || !state.confirmed) return state;',
    without: 'if (!wanted || taken || now < wakeAt) return state;',
  },
  {
    name: 'supervision: nobody probes while a probe may run',
    file: 'core/supervision/lane-supervision.ts',
    code: 'const taken = probe !== undefined && now < probe.until;',
    without: 'const taken = probe !== undefined && now < 0;',
  },
  {
    name: 'supervision: whoever changed mappings applies a newer state',
    file: 'functions/supervisor/apply-state.ts',
    code: '|| tries === TRIES_MAX) return saved;',
    without: '|| tries <= TRIES_MAX) return saved;',
    unseen:
      'covered by "mappings that a newer state needs otherwise are not confirmed": the next review applies it, a minute later',
  },
  {
    name: 'supervision: mappings that a newer state needs otherwise are not confirmed',
    file: 'functions/supervisor/apply-state.ts',
    code: 'return needSameMappings(state, now) ? emptied : confirm(emptied, false);',
    without: 'return emptied;',
    unseen: 'covered by "whoever changed mappings applies a newer state"',
  },
  {
    name: 'supervision: whoever changed mappings neither applies a newer state nor says that it does not hold',
    file: 'functions/supervisor/apply-state.ts',
    code: 'return needSameMappings(state, now) ? emptied : confirm(emptied, false);',
    without: 'return emptied;',
    also: [
      {
        file: 'functions/supervisor/apply-state.ts',
        code: '|| tries === TRIES_MAX) return saved;',
        without: '|| tries <= TRIES_MAX) return saved;',
      },
    ],
    needs: ({ coincidences, operators }) =>
      coincidences.slowEnabling > 0 &&
      operators.withinMs <= 100 &&
      Math.max(operators.holds, operators.interrupts) > 0.1,
  },
  {
    name: 'supervision: an operator applies a newer state',
    file: 'cli/lane/apply-latest.ts',
    code: 'const isApplied = needSameMappings(state, latest);',
    without: 'const isApplied = needSameMappings(state, latest) || tries > 0;',
    unseen:
      'covered by "mappings that somebody else had confirmed are not": the next review applies it, a minute later',
  },
  {
    name: 'supervision: an operator neither applies a newer state nor says that it does not hold',
    file: 'cli/lane/apply-latest.ts',
    code: 'const isApplied = needSameMappings(state, latest);',
    without: 'const isApplied = needSameMappings(state, latest) || tries > 0;',
    also: [
      {
        file: 'cli/lane/apply-latest.ts',
        code: 'if (latest.confirmed) await',
        without: 'if (latest.confirmed && tries < 0) await',
      },
    ],
    needs: ({ coincidences, operators }) => coincidences.asleep > 0 && operators.holds > 0.05,
  },
];
