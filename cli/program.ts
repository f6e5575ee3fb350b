/** `npm run cli -- COMMAND`: what an operator or a producer does by hand. */
import { goToCallersFolder } from './callers-folder.ts';
import { run } from './command-line.ts';
import { buildProgram } from './commands.ts';
import { runToEnd } from './what-went-wrong.ts';

await runToEnd(() => {
  goToCallersFolder(process.env);
  return run(buildProgram(), process.argv.slice(2));
});
