/** All commands behind `npm run cli --`. Each is in a module of its own, and only the one that runs is loaded. */
import type { Command } from 'commander';
import { command } from './command-line.ts';

type Add = (program: Command) => void;

const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  submit: async () => (await import('./submit-command.ts')).addSubmit,
  validate: async () => (await import('./validate-command.ts')).addValidate,
  quarantine: async () => (await import('./quarantine-command.ts')).addQuarantine,
  message: async () => (await import('./message-command.ts')).addMessage,
  breaker: async () => (await import('./breaker-command.ts')).addBreaker,
  delivery: async () => (await import('./delivery-command.ts')).addDelivery,
  incident: async () => (await import('./incident-command.ts')).addIncident,
  lane: async () => (await import('./lane-command.ts')).addLane,
  erase: async () => (await import('./erase-command.ts')).addErase,
  console: async () => (await import('../console/console-command.ts')).addConsole,
  local: async () => (await import('./local-command.ts')).addLocal,
  audit: async () => (await import('./audit-command.ts')).addAudit,
  downstream: async () => (await import('./downstream-command.ts')).addDownstream,
  plugin: async () => (await import('./plugin-command.ts')).addPlugin,
  report: async () => (await import('./report-command.ts')).addReport,
};

/** @param name the command that runs; with any other word, all commands are loaded */
export async function buildProgram(name = ''): Promise<Command> {
  const program = command('npm run cli --')
    .description('Work with fhir-failsafe, here or on AWS (by the usual AWS_… variables).')
    .addHelpText('after', '\nStatus: 0 all well, 1 something failed, 2 a wrong command line.');
  const wanted = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  for (const load of wanted) (await load?.())?.(program);
  return program;
}
