/** `npm run cli -- COMMAND`: what an operator or a producer does by hand. */

import { waitAsAPerson } from '../aws/patience.ts';
import { runToEnd } from '../terminal/what-went-wrong.ts';
import { goToCallersFolder } from './callers-folder.ts';
import { run } from './command-line.ts';

await runToEnd(async () => {
  goToCallersFolder(process.env);
  // Before what makes clients is loaded.
  waitAsAPerson();
  const { buildProgram } = await import('./commands.ts');
  return run(buildProgram(), process.argv.slice(2));
});
