/** Who pauses a lane, what happens to its messages, and what is recorded. */
import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, inject, it } from 'vitest';
import { publishCrash } from '../../aws/crashes-topic.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import type { Supervised } from '../../core/supervision/supervised-state.ts';
import { cli } from './cli.ts';
import { patient } from './resources.ts';
import { queueArn, scan, send, stored } from './services.ts';
import { resourceName } from './settings.ts';
import { until } from './until.ts';

const run = inject('run');
const OPERATOR = `ada-${run}`;
const DEATHS = 4;
/** Sends the wake of the minute rule, and more often: at each tenth look. */
const WAKE_EVERY = 10;

async function lane(): Promise<Supervised | undefined> {
  const [item] = await scan('supervision', ({ pk }) => pk === 'critical');
  return item as Supervised | undefined;
}

/** The states of the lane's mappings in Lambda, read by the CLI. */
async function enabled(): Promise<boolean[]> {
  const { lanes } = JSON.parse(await cli('lane', 'list', '--json'));
  const critical = lanes.find((each: { lane: string }) => each.lane === 'critical');
  return critical.mappings.map((mapping: { enabled: boolean }) => mapping.enabled);
}

/**
 * Deaths of the lane's function while loading, as the monitor reports them: emulators write no such
 * records.
 */
async function publishDeaths(): Promise<void> {
  const name = resourceName('crashes');
  const arn = (await queueArn('critical')).replace(':sqs:', ':sns:').replace(/[^:]+$/, name);
  const sns = new SNSClient({});
  for (let n = 0; n < DEATHS; n += 1) {
    const death: CrashEvent = {
      id: `e2e-${run}-${n}`,
      component: 'validate',
      lane: 'critical',
      kind: 'exception',
      during: 'loading',
      at: Date.now(),
    };
    await publishCrash({ arn, sns }, death);
  }
}

/** In sequence: they use one lane, and the last test reads the records of the others. */
describe('supervision', { concurrent: false }, () => {
  it('an operator pauses a lane and its messages wait, until it is resumed (R31, R33)', async () => {
    const said = await cli('lane', 'pause', 'critical', '--reason', 'e2e', '--by', OPERATOR);
    expect(said).toContain('lane critical paused; it is held by operator');
    await until(
      'both mappings are off',
      enabled,
      (mappings) => mappings.length === 2 && mappings.every((on) => !on),
    );
    const id = `waits-${run}`;
    await send('critical', patient(id));
    // The supervisor looks, and leaves it as the operator wants it.
    await send('supervisor', '{"wake":"minute"}');
    await until('the pause is confirmed', lane, (state) => state?.confirmed === true);
    expect(await stored(`default#Patient#${id}`)).toBeUndefined();
    expect(await enabled()).toEqual([false, false]);

    await cli('lane', 'resume', 'critical', '--reason', 'e2e', '--by', OPERATOR);
    await until(
      'what waited is stored',
      () => stored(`default#Patient#${id}`),
      (item) => item !== undefined,
    );
  });

  it('four deaths while loading pause a lane, and a probe brings it back (R30, R31, R33)', async () => {
    await publishDeaths();
    const held = await until('it is held', lane, (state) => state?.holds.supervisor !== undefined);
    const id = `probe-${run}`;
    await send('critical', patient(id));
    let looks = 0;
    const back = await until(
      'it runs again',
      async () => {
        looks += 1;
        if (looks % WAKE_EVERY === 0) await send('supervisor', '{"wake":"minute"}');
        return lane();
      },
      (state) => state?.holds.supervisor === undefined && state?.ramp === undefined,
    );
    expect(back?.version).toBeGreaterThan(held?.version ?? 0);
    await until(
      'what waited is stored',
      () => stored(`default#Patient#${id}`),
      (item) => item !== undefined,
    );
    await until('both mappings are on', enabled, (mappings) => mappings.every((on) => on));
  });

  it('the audit log has all of it, and is whole (R40, R41)', async () => {
    const told = await until(
      'the facts of both pauses are entries',
      async () =>
        (await cli('audit', 'export'))
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      (entries) =>
        ['operator', 'supervisor'].every((holder) =>
          ['lane-paused', 'lane-resumed'].every((kind) =>
            entries.some((entry) => entry.kind === kind && entry.details.holder === holder),
          ),
        ),
    );
    const byOperator = told.filter(({ actor }) => actor === OPERATOR);
    expect(byOperator).toMatchObject([
      { kind: 'lane-paused', reason: 'e2e', details: { lane: 'critical', holder: 'operator' } },
      { kind: 'lane-resumed', reason: 'e2e' },
    ]);
    const { sequence, hash } = byOperator[1];
    expect(await cli('audit', 'verify', '--head', `${sequence}:${hash}`)).toMatch(
      /^whole: \d+ entries/,
    );
  });
});
