/** Makes the stand-in servers of `npm start -- --downstream` healthy, slow, failing or dead. */
import { Argument, type Command } from 'commander';
import { print } from '../terminal/print.ts';
import { wholeNumber } from './command-line.ts';
import { DOWNSTREAM_PORT, MODES, TERMINOLOGY_PORT } from './downstream/control.ts';

export function addDownstream(program: Command): void {
  addStandIn(program, 'downstream', 'FHIR', DOWNSTREAM_PORT);
  addStandIn(program, 'terminology', 'terminology', TERMINOLOGY_PORT);
}

function addStandIn(program: Command, name: string, kind: string, port: number): void {
  program
    .command(name)
    .description(
      `make the local stand-in ${kind} server healthy, slow, failing or dead; or print its mode`,
    )
    .addArgument(new Argument('[mode]', 'the new mode').choices(MODES))
    .option('--port <n>', 'its port', wholeNumber(1, 65_535), port)
    .action(control);
}

async function control(mode: string | undefined, { port }: { port: number }): Promise<void> {
  const { askStandIn } = await import('./downstream/mode.ts');
  print(JSON.stringify(await askStandIn(port, mode)));
}
