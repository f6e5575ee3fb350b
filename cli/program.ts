/** `npm run cli -- COMMAND`: what an operator or a producer does by hand. */

import { runToEnd } from '../terminal/what-went-wrong.ts';
import { goToCallersFolder } from './callers-folder.ts';
import { run } from './command-line.ts';
import { buildProgram } from './commands.ts';

await runToEnd(() => {
  goToCallersFolder(process.env);
  return run(buildProgram(), process.argv.slice(2));
});
