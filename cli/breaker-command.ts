/** `breaker`: shows the breakers of a stage, and overrides them (R17). */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { complain, print } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { describeBreaker, describeBreakers } from './breaker/describe.ts';
import type { SayOptions, Word } from './breaker/say.ts';
import { type LookOptions, looking, saying } from './operator-options.ts';

type OverruleOptions = SayOptions & {
  readonly for?: number;
};

export function addBreaker(program: Command): void {
  const breaker = program
    .command('breaker')
    .description('list or show the breakers of external services, or override one');
  looking(breaker.command('list').description('all breakers, one line each')).action(list);
  looking(
    breaker.command('show').description('everything known of one').argument('<service>'),
  ).action(show);
  for (const kind of ['force-open', 'force-closed'] as const) {
    overruling(breaker.command(kind).description(`${kind.replace('-', ' it ')}, until an expiry`))
      .addOption(howLong().default(10 * UNIT_MS.m, '10m'))
      .action((service: string, options: OverruleOptions) => {
        const until = Date.now() + (options.for ?? 0);
        const is = kind === 'force-open' ? 'open' : 'closed';
        return overruleOne(service, { kind, is, until }, options);
      });
  }
  overruling(breaker.command('reset').description('close it, and forget its failures')).action(
    (service: string, options: SayOptions) =>
      overruleOne(service, { kind: 'reset', is: 'closed' }, options),
  );
}

const overruling = (command: Command): Command =>
  saying(command.argument('<service>', 'such as fhir-server')).option(
    '--json',
    'as one JSON object',
  );

async function overruleOne(
  name: string,
  word: Pick<Word, 'kind' | 'is' | 'until'>,
  options: SayOptions,
): Promise<void> {
  const { knownService } = await import('./breaker/known-service.ts');
  const { say } = await import('./breaker/say.ts');
  const service = await knownService(options.stage, name);
  await say({ ...word, what: 'breaker', name, service }, options);
}

async function list({ stage, json }: LookOptions): Promise<void> {
  const { readBreakers } = await import('./breaker/read.ts');
  const breakers = await readBreakers(stage);
  const text = json ? JSON.stringify({ breakers }) : describeBreakers(breakers, Date.now());
  print(text);
}

async function show(service: string, { stage, json }: LookOptions): Promise<void> {
  const { knownService } = await import('./breaker/known-service.ts');
  const { readBreaker } = await import('./breaker/read.ts');
  const state = await readBreaker(stage, await knownService(stage, service));
  if (state === undefined) {
    const why = 'it has not failed yet, or is not used; see breaker list';
    complain(printable(`error: no breaker ${service} in ${stage}: ${why}`));
    process.exitCode = 1;
    return;
  }
  const text = json
    ? JSON.stringify({ service, ...state })
    : describeBreaker(service, state, Date.now());
  print(text);
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION_MS_MAX = 24 * UNIT_MS.h;

/** For how long something is switched. */
export function howLong(): Option {
  return new Option('--for <time>', 'how long, such as 30s, 10m or 2h; at most 24h').argParser(
    duration,
  );
}

export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = number === '' ? 0 : Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms > 0 && ms <= DURATION_MS_MAX) return ms;
  throw new InvalidArgumentError('It must be a time such as 30s, 10m or 2h, at most 24h.');
}
