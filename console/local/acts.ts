/** The box of faults: each act of the page is one of `npm run cli -- local` or `downstream`. */
import { z } from 'zod';
import { MODES } from '../../cli/downstream/control.ts';
import { askStandIn } from '../../cli/downstream/mode.ts';
import { breakDeployment, flood, killEnvironments, sendSample } from '../../cli/local/faults.ts';
import { SAMPLES } from '../../cli/local/sample-kinds.ts';
import { FLOOD_MAX } from '../../cli/local-command.ts';
import { lanes } from '../../core/message/messages.ts';
import type { Acting } from '../acts/bulk.ts';
import type { CliWords } from '../cli-words.ts';
import type { LocalAct, LocalDone } from '../contract/local.ts';
import type { FloodRun } from '../contract/runs.ts';
import { Failure } from '../server/failure.ts';
import { idSchema, parsed } from '../views/query.ts';
import type { StandIns } from './state.ts';

const lane = z.enum(lanes);
const actSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('send'), sample: z.enum(SAMPLES), lane }),
  z.strictObject({ act: z.literal('kill'), function: idSchema }),
  z.strictObject({
    act: z.literal('server'),
    name: z.enum(['downstream', 'terminology']),
    mode: z.enum(MODES),
  }),
  z.strictObject({ act: z.literal('flood'), lane, count: z.int().min(1).max(FLOOD_MAX) }),
  z.strictObject({ act: z.enum(['break', 'mend']), function: idSchema }),
]);

type Acts = Pick<Acting, 'name' | 'runs' | 'cli'> & {
  /** Command lines without the stage: a local runtime has only one. */
  readonly plain: CliWords;
  readonly standIns: StandIns;
};

export async function doLocally(acts: Acts, body: unknown): Promise<LocalDone> {
  const asked: LocalAct = parsed(actSchema, body);
  const { name, cli, plain } = acts;
  switch (asked.act) {
    case 'send': {
      const messageId = await sendSample(name, asked.lane, asked.sample);
      const commandLine = cli('local', 'send', asked.sample, '--lane', asked.lane);
      return { message: `sent ${messageId}`, messageId, commandLine };
    }
    case 'kill': {
      const killed = await killEnvironments(asked.function);
      const message = `killed ${killed.length} of ${asked.function}`;
      return { message, commandLine: plain('local', 'kill', asked.function) };
    }
    case 'server': {
      await askStandIn(acts.standIns[asked.name], asked.mode);
      const message = `the ${asked.name} server is ${asked.mode}`;
      return { message, commandLine: plain(asked.name, asked.mode) };
    }
    case 'flood':
      return beginFlood(acts, asked);
    case 'break':
    case 'mend': {
      const { broken } = await breakDeployment(asked.function, asked.act === 'break');
      const message = `${asked.function} ${broken ? 'does not load from now on' : 'is as it was before'}`;
      return { message, commandLine: plain('local', asked.act, asked.function) };
    }
  }
}

function beginFlood(
  { name, runs, cli }: Acts,
  { lane, count: total }: Extract<LocalAct, { act: 'flood' }>,
): LocalDone {
  if (runs.going('flood') !== undefined) throw new Failure('refused', 'a flood goes on: stop it');
  const commandLine = cli('local', 'flood', '--lane', lane, '--count', total);
  const run = runs.begin<FloodRun>({ kind: 'flood', lane, total, commandLine }, async (course) => {
    let done = 0;
    const onAccepted = () => {
      done += 1;
      if (done % 100 === 0 || done === total) course.report({ done });
    };
    await flood(name, lane, total, { signal: course.signal, onAccepted });
    return { done };
  });
  return { message: `sending ${total} to ${lane}`, run: run.id, commandLine };
}
