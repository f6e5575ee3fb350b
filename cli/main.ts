/** `npm run cli -- COMMAND`: what an operator or a producer does by hand. */
import { addAudit } from './audit-command.ts';
import { addBreaker } from './breaker-command.ts';
import { command, run } from './command-line.ts';
import { addDelivery } from './delivery-command.ts';
import { addDownstream } from './downstream-command.ts';
import { addIncident } from './incident-command.ts';
import { addLane } from './lane-command.ts';
import { addPlugin } from './plugin-command.ts';
import { addQuarantine } from './quarantine-command.ts';
import { addReport } from './report-command.ts';
import { addSubmit } from './submit-command.ts';
import { TargetError } from './target.ts';
import { addValidate } from './validate-command.ts';

const program = command('npm run cli --')
  .description('Work with fhir-failsafe, here or on AWS (by the usual AWS_… variables).')
  .addHelpText('after', '\nStatus: 0 all well, 1 something failed, 2 a wrong command line.');
addSubmit(program);
addValidate(program);
addQuarantine(program);
addBreaker(program);
addDelivery(program);
addIncident(program);
addLane(program);
addAudit(program);
addDownstream(program);
addPlugin(program);
addReport(program);

try {
  process.exitCode = await run(program, process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TargetError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
