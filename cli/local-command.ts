/** `local list|kill`: the execution environments that `npm start` runs functions in, and their deaths. */
import { Argument, type Command } from 'commander';
import { CONTROL_PATH, type LiveEnvironment } from '../packages/local-lambda/control.ts';
import { closest } from '../terminal/closest.ts';
import { complain, print } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { TargetError } from './target.ts';
import { UsageError } from './usage-error.ts';

export function addLocal(program: Command): void {
  const local = program
    .command('local')
    .description('the execution environments of `npm start`: see and kill them');
  local
    .command('list')
    .description('the functions that run at the moment, each with the pid of its environment')
    .action(list);
  local
    .command('kill')
    .description("kill a function's environments, as a machine of AWS may: no message is lost")
    .addArgument(new Argument('<function>', 'such as validate-background, or its whole name'))
    .action(kill);
}

async function list(): Promise<void> {
  const environments = await ask('GET', '');
  for (const line of environments.map(describe)) print(line);
  if (environments.length === 0) print('nothing runs: environments start with the first message');
}

async function kill(name: string): Promise<void> {
  const alive = await ask('GET', '');
  const names = [...new Set(alive.map(({ functionName }) => functionName))];
  const whole = names.find((each) => each === name || shortOf(each) === name);
  if (whole === undefined) {
    const near = closest(name, names.map(shortOf));
    const hint = near === undefined ? names.map(shortOf).join(', ') || 'nothing' : near;
    complain(printable(`error: no environment of ${name} runs; what does: ${hint}`));
    process.exitCode = 1;
    return;
  }
  for (const each of await ask('DELETE', `/${whole}`)) {
    print(`killed ${describe(each)}`);
  }
}

/** `fhir-failsafe-<stage>-` is the same for all. */
const shortOf = (functionName: string) => functionName.replace(/^fhir-failsafe-[^-]+-/, '');

const describe = ({ functionName, pid }: LiveEnvironment) =>
  printable(`${shortOf(functionName).padEnd(22)} pid ${pid}`);

async function ask(method: string, path: string): Promise<LiveEnvironment[]> {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) {
    throw new UsageError('set AWS_ENDPOINT_URL by the line that `npm start` prints');
  }
  const url = new URL(CONTROL_PATH + path, endpoint);
  const response = await fetch(url, { method }).catch((cause: unknown) => {
    throw new TargetError(`nothing answers at ${url.origin}: is \`npm start\` running?`, { cause });
  });
  const type = response.headers.get('content-type');
  if (!response.ok || type !== 'application/json') {
    throw new TargetError(`what answers at ${url.origin} is not \`npm start\``);
  }
  return (await response.json()) as LiveEnvironment[];
}
