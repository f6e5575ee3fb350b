/**
 * `validate FILE…`: validates resources on this machine, without a pipeline. Status 1 if one is invalid.
 */
import { type Command, Option } from 'commander';
import type { CompiledValidator, Limits } from '../packages/fhir-validator/compiled-validator.ts';
import { complain, printPart } from '../terminal/print.ts';
import { collect } from './command-line.ts';
import { measureInputs } from './input/read-input.ts';
import { type Finding, findingsOf, type LocatedIssue } from './validate/findings.ts';
import { FindingsTally, said } from './validate/findings-tally.ts';
import { FORMATS, type Format, writerOf } from './validate/formats.ts';
import { readToValidate } from './validate/inputs.ts';
import { largeBundleIn } from './validate/large-bundle.ts';
import { openValidator } from './validate/open-validator.ts';
import { explained, saidOfUnverified } from './validate/unverified.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description(
      'validate resources on this machine: a JSON file, a Bundle and its entries, NDJSON, plain or .gz; - is stdin',
    )
    .argument('<file...>')
    .addOption(
      new Option(
        '--profile <url>',
        'check each resource of its type against this profile; repeatable',
      )
        .argParser(collect)
        .default([], 'as failsafe.config.ts was at the last `npm run build`'),
    )
    .addOption(
      new Option(
        '--ig <package>',
        'a guide, in addition to those of failsafe.config.ts: id#version, a .tgz or a folder; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--allow-partial <url>',
        'a profile of --ig that may be enforced in part; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--warnings', 'print warnings too, also of valid resources', false)
    .addOption(
      new Option(
        '--format <format>',
        'text to read, json with OperationOutcomes, sarif for scanners',
      )
        .choices(FORMATS)
        .default('text'),
    )
    .action(validateFiles);
}

interface Options {
  readonly format: Format;
  readonly warnings: boolean;
  readonly profile: readonly string[];
  readonly ig: readonly string[];
  readonly allowPartial: readonly string[];
}

async function validateFiles(files: string[], options: Options): Promise<void> {
  await measureInputs(files);
  const { validator, limits, asked } = await openValidator(options);
  const { format, warnings } = options;
  const writer = writerOf(format);
  const tally = new FindingsTally();
  await printPart(writer.begin());
  for await (const finding of findingsIn(files, validator, { ...limits, undecided: true })) {
    tally.add(finding);
    if (isShown(finding, warnings)) await printPart(writer.found(shown(finding, warnings)));
  }
  const summary = tally.summary(warnings);
  await printPart(writer.end(summary));
  for (const { url, type } of asked) {
    if (!tally.types.has(type))
      complain(`nothing was checked against ${url}: there was no ${type}`);
  }
  complain(said(summary));
  if (summary.unverified > 0) complain(saidOfUnverified(summary.unverified));
  if (summary.invalid > 0) process.exitCode = 1;
}

async function* findingsIn(
  files: readonly string[],
  validator: CompiledValidator,
  limits: Limits,
): AsyncGenerator<Finding> {
  for (const file of files) {
    const large = largeBundleIn(file, validator, limits);
    if (large) yield* large;
    else {
      for await (const entry of readToValidate(file)) {
        yield* findingsOf(entry, (text, more) =>
          validator.validateText(text, { ...limits, ...more }),
        );
      }
    }
  }
}

function isShown({ issues }: Finding, warnings: boolean): boolean {
  return issues.some(({ severity }) => severity === 'error' || warnings);
}

/** Without --warnings, errors only, in every format. */
function shown(finding: Finding, warnings: boolean): Finding {
  const isWanted = ({ severity }: LocatedIssue) => warnings || severity === 'error';
  return { ...finding, issues: finding.issues.filter(isWanted).map(explained) };
}
