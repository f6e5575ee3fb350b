/** `validate FILE…`: validates resources here, without any pipeline. Status 1 if one is invalid. */
import { type Command, Option } from 'commander';
import { measureInputs } from './input/read-input.ts';
import { complain, printPart } from './print.ts';
import { findingsOf } from './validate/findings.ts';
import { FORMATS, type Format, type Summary, writerOf } from './validate/formats.ts';
import { readToValidate } from './validate/inputs.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description(
      'validate resources here: a JSON file, a Bundle and its entries, NDJSON, plain or .gz; - is stdin',
    )
    .argument('<file...>')
    .addOption(
      new Option('--format <format>', 'text: FILE:LINE and an OperationOutcome for each bad one')
        .choices(FORMATS)
        .default('text'),
    )
    .action(validateFiles);
}

async function validateFiles(files: string[], { format }: { format: Format }): Promise<void> {
  await measureInputs(files);
  // Loaded here: the other commands need none of the compiled definitions.
  const { validateText } = await import('../fhir/validator.ts');
  const writer = writerOf(format);
  const rules = new Map<string, number>();
  let validated = 0;
  let invalid = 0;
  await printPart(writer.begin());
  for await (const entry of readToValidate(files)) {
    for (const finding of findingsOf(entry, validateText)) {
      validated += 1;
      const errors = finding.issues.filter(({ severity }) => severity === 'error');
      if (errors.length === 0) continue;
      invalid += 1;
      for (const { rule = 'other' } of errors) rules.set(rule, (rules.get(rule) ?? 0) + 1);
      await printPart(writer.invalid(finding));
    }
  }
  const summary = { validated, invalid, rules };
  await printPart(writer.end(summary));
  complain(said(summary));
  if (invalid > 0) process.exitCode = 1;
}

/** Errors by rule, the most frequent first. */
function said({ validated, invalid, rules }: Summary): string {
  const lines = [...rules]
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => `${String(count).padStart(8)}  ${rule}`);
  if (validated === 0) return '0 validated, 0 invalid: no resource was found';
  return [`${validated} validated, ${invalid} invalid`, ...lines].join('\n');
}
