import { describe, expect, test } from 'vitest';
import { TransitionsChecker } from '../../../simulation/checks/transitions-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { hostAt, scheduler, written } from './history.ts';

const about = { functionName: 'stack-supervisor', requestId: 'r1' };
const invoked: Effect = { kind: 'invoked', ...about, event: {} };
const ended: Effect = {
  ...{ kind: 'ended', ...about, outcome: { status: 'success', payload: 'null' } },
};
const lane = (...holders: string[]) => ({
  name: 'critical',
  holds: Object.fromEntries(holders.map((holder) => [holder, { by: holder }])),
});
const incident = (status: string) => ({ sk: 'incident#000001', scope: 'validate', status });
const counted = (metric: string, count = 1): Effect => ({ kind: 'counted', metric, count });

const TRANSITIONS = [
  ['LanePauses', written('supervision', undefined, lane('supervisor'))],
  ['LaneReleases', written('supervision', lane('supervisor', 'breaker'), lane('breaker'))],
  ['Incidents', written('incidents', undefined, incident('open'))],
  ['IncidentsResolved', written('incidents', incident('open'), incident('resolved'))],
] as const;

function see(effects: readonly Effect[], name = 'stack-supervisor#1'): void {
  const checker = new TransitionsChecker({ scheduler });
  for (const effect of effects) checker.see(effect, hostAt(name));
}

describe('R60: the checker of transitions', () => {
  test.each(TRANSITIONS)('finds one that %s does not count', (metric, transition) => {
    const what = `R60: stack-supervisor#1 has saved what ${metric} counts, and did not count it`;
    expect(() => see([invoked, transition, ended])).toThrow(what);
    expect(() => see([invoked, transition, counted(metric), ended])).not.toThrow();
    expect(() => see([invoked, transition, transition, counted(metric), ended])).toThrow(what);
    expect(() => see([invoked, transition, ended], 'operator#1')).not.toThrow();
  });

  const [[, pause]] = TRANSITIONS;
  const command = { input: { TableName: 'stack-supervision' } };
  const failure = (name: string): Effect => {
    const error = Object.assign(new Error(name), { name });
    return { kind: 'failed', service: 'dynamodb', command, error };
  };

  test('lets one be uncounted by an invocation that died, or does not know of it', () => {
    const late: Effect = {
      ...{ kind: 'befell', service: 'dynamodb', command, fate: 'late', before: undefined },
    };
    expect(() => see([invoked, pause, { kind: 'died' }, invoked, ended])).not.toThrow();
    expect(() => see([invoked, late, pause, ended])).not.toThrow();
    expect(() => see([invoked, pause, failure('TimeoutError'), ended])).not.toThrow();
  });

  test('takes no conflict for an excuse', () => {
    const conflict = failure('ConditionalCheckFailedException');
    expect(() => see([invoked, pause, conflict, ended])).toThrow('R60');
  });

  test('looks at lanes and incidents only', () => {
    const others = [
      written('supervision', lane('operator'), lane('operator')),
      written('incidents', undefined, { sk: 'crash#1' }),
      written('incidents', incident('open'), incident('acknowledged')),
      written('resources', undefined, { pk: 'a' }),
    ];
    expect(() => see([invoked, ...others, ended])).not.toThrow();
  });
});
