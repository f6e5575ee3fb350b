/** `validate FILE…`: validates resources here, without any pipeline. Status 1 if one is invalid. */
import type { Command } from 'commander';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { validateText } from '../fhir/validator.ts';
import type { Entry } from './input/entry.ts';
import { measureInputs, readInputs } from './input/read-input.ts';
import { place } from './submit-command.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description(
      'validate resources here: prints FILE:LINE and an OperationOutcome for each bad one',
    )
    .argument('<file...>')
    .action(validateFiles);
}

async function validateFiles(files: string[]): Promise<void> {
  await measureInputs(files);
  let validated = 0;
  let bad = 0;
  for await (const entry of readInputs(files)) {
    validated += 1;
    const issues = issuesOf(entry);
    if (!issues.some(({ severity }) => severity === 'error')) continue;
    bad += 1;
    process.stdout.write(`${place(entry)}: ${JSON.stringify(operationOutcome(issues))}\n`);
  }
  process.stderr.write(`${validated} validated, ${bad} invalid\n`);
  if (bad > 0) process.exitCode = 1;
}

function issuesOf(entry: Entry) {
  if (entry.kind === 'resource') return validateText(entry.text).issues;
  return [{ severity: 'error' as const, code: 'structure', text: entry.reason }];
}
