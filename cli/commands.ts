/** All commands behind `npm run cli --`. */
import type { Command } from 'commander';
import { addConsole } from '../console/console-command.ts';
import { addAudit } from './audit-command.ts';
import { addBreaker } from './breaker-command.ts';
import { command } from './command-line.ts';
import { addDelivery } from './delivery-command.ts';
import { addDownstream } from './downstream-command.ts';
import { addErase } from './erase-command.ts';
import { addIncident } from './incident-command.ts';
import { addLane } from './lane-command.ts';
import { addLocal } from './local-command.ts';
import { addMessage } from './message-command.ts';
import { addPlugin } from './plugin-command.ts';
import { addQuarantine } from './quarantine-command.ts';
import { addReport } from './report-command.ts';
import { addSubmit } from './submit-command.ts';
import { addValidate } from './validate-command.ts';

export function buildProgram(): Command {
  const program = command('npm run cli --')
    .description('Work with fhir-failsafe, here or on AWS (by the usual AWS_… variables).')
    .addHelpText('after', '\nStatus: 0 all well, 1 something failed, 2 a wrong command line.');
  addSubmit(program);
  addValidate(program);
  addQuarantine(program);
  addMessage(program);
  addBreaker(program);
  addDelivery(program);
  addIncident(program);
  addLane(program);
  addErase(program);
  addConsole(program);
  addLocal(program);
  addAudit(program);
  addDownstream(program);
  addPlugin(program);
  addReport(program);
  return program;
}
