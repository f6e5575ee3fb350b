/** `validate FILE…`: validates resources here, without any pipeline. Status 1 if one is invalid. */
import type { Command } from 'commander';
import type { Issue } from '../core/verdict.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { type Problem, place } from './input/entry.ts';
import { measureInputs, readInputs } from './input/read-input.ts';
import { complain, print } from './print.ts';
import { printable } from './printable.ts';

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
  // Loaded here: the other commands need none of the compiled definitions.
  const { validateText } = await import('../fhir/validator.ts');
  let validated = 0;
  let bad = 0;
  for await (const entry of readInputs(files)) {
    validated += 1;
    const issues = entry.kind === 'resource' ? validateText(entry.text).issues : unreadable(entry);
    if (!issues.some(({ severity }) => severity === 'error')) continue;
    bad += 1;
    print(printable(`${place(entry)}: ${JSON.stringify(operationOutcome(issues))}`));
  }
  complain(`${validated} validated, ${bad} invalid`);
  if (bad > 0) process.exitCode = 1;
}

function unreadable({ reason }: Problem): Issue[] {
  return [{ severity: 'error', code: 'structure', text: reason }];
}
