/** `npm run cli -- COMMAND`: the commands of operators and producers. */

import { runToEnd } from '../terminal/what-went-wrong.ts';
import { goToCallersFolder } from './callers-folder.ts';
import { run } from './command-line.ts';
import { buildProgram } from './commands.ts';

await runToEnd(() => {
  goToCallersFolder(process.env);
  return run(buildProgram(), process.argv.slice(2));
});
