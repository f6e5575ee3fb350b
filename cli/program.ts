/** `npm run cli -- COMMAND`: the commands of operators and producers. */

import { runToEnd } from '../terminal/explain-error.ts';
import { goToCallersFolder } from './callers-folder.ts';
import { run } from './command-line.ts';
import { buildProgram } from './commands.ts';
import { keepToEndpoint } from './keep-to-endpoint.ts';

await runToEnd(async () => {
  goToCallersFolder(process.env);
  keepToEndpoint(process.env);
  const words = process.argv.slice(2);
  return run(await buildProgram(words[0]), words);
});
