/** Opens a console on a stage: one reader, the acts, and the server of its page. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { realMachine } from '../aws/machine.ts';
import { hasRuntime } from '../cli/local/ask.ts';
import { openStage } from '../cli/quarantine/stage.ts';
import { OVER_PROXY } from '../terminal/proxy.ts';
import { Runs } from './acts/runs.ts';
import { answersOf } from './answers.ts';
import { cliWords } from './cli-words.ts';
import type { PageFiles } from './contract/page-files.ts';
import { CloudWatchFlow } from './flow/cloud-watch-flow.ts';
import { LocalFlow } from './flow/local-flow.ts';
import { doLocally } from './local/acts.ts';
import { STAND_INS, type StandIns } from './local/state.ts';
import { cached } from './reader/cached.ts';
import { figuresOf, queuesOf } from './reader/figures.ts';
import { shortOf } from './reader/names.ts';
import { Reader } from './reader/reader.ts';
import { serveConsole } from './server/serve.ts';
import { stageLocation } from './stage-location.ts';
import { logsView } from './views/logs.ts';

export interface ConsoleOptions {
  readonly stage: string;
  /** Whether acts are allowed. Otherwise the console is read-only. */
  readonly operate: boolean;
  /** The name under which acts are recorded. */
  readonly by: string;
  /** 0 means a free port. */
  readonly port: number;
  readonly page: PageFiles;
  /** Ports of the stand-in servers, if they are not the default ones. */
  readonly standIns?: StandIns;
}

export interface Console {
  /** To be opened in a browser. */
  readonly address: string;
  /** Stops all acts and the server. */
  stop(): Promise<void>;
}

const EVERY_MS = 2_000;
const DEFAULT_STAGE = 'dev';

/** @throws UsageError, TargetError if the stage cannot be read from here, or the port cannot be used */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const local = await hasRuntime();
  const { now } = realMachine;
  const source = local ? new LocalFlow(now) : cloudWatchFlow(options.stage, now);
  try {
    return await openWith(options, source, local);
  } catch (error) {
    // What still listens to the runtime would keep the process alive.
    stopFlow(source);
    throw error;
  }
}

async function openWith(
  options: ConsoleOptions,
  source: LocalFlow | CloudWatchFlow,
  local: boolean,
): Promise<Console> {
  const { stage, operate, by, port, page, standIns = STAND_INS } = options;
  const { now, later } = realMachine;
  const stageOptions = stage === DEFAULT_STAGE ? [] : ['--stage', stage];
  const cli = cliWords(stageOptions);
  const environments = source instanceof CloudWatchFlow ? source.environments : undefined;
  const runs: Runs = new Runs(now, () => reader.send('runs', runs.all()));
  const reader = new Reader({
    hello: {
      ...{ stage, operate, by, local, everyMs: EVERY_MS },
      place: await stageLocation(local),
      cliOptions: stageOptions.join(' '),
    },
    figures: figuresOf({ stage, now, ages: source.ages, environments, standIns }),
    flow: source,
    runs: () => runs.all(),
    machine: { now, later },
  });
  const acting = { name: stage, by, open: cached(() => openStage(stage), now), runs, cli, now };
  const answers = answersOf({
    ...acting,
    operate,
    logs: (query) => logsView(stage, query, local),
    local: local
      ? (body) => doLocally({ ...acting, plain: cliWords([]), standIns }, body)
      : undefined,
    done: () => reader.expire(),
  });
  const look: Reader['look'] = (send) => reader.look(send);
  const server = await serveConsole({ page, answers, look, later }, port);
  return {
    address: server.address,
    async stop() {
      reader.send('bye', { message: 'the console was stopped' });
      await runs.end();
      stopFlow(source);
      await server.stop();
    },
  };
}

function stopFlow(source: LocalFlow | CloudWatchFlow): void {
  if (source instanceof LocalFlow) source.stop();
}

function cloudWatchFlow(stage: string, now: () => number): CloudWatchFlow {
  const queues = cached(async () => {
    const names = (await queuesOf(stage)).map((url) => url.split('/').at(-1) ?? '');
    return names.map((name) => shortOf(stage, name));
  }, now);
  return new CloudWatchFlow(new CloudWatchClient(OVER_PROXY), stage, queues, now);
}
