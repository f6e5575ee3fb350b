/**
 * The measurements of `bench:against`: commands that both revisions have, and how to read their
 * figures.
 */
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Measure {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Figures by name, from the output of the command and its duration. */
  readonly figures: (printed: string, seconds: number) => Readonly<Record<string, number>>;
}

export const MEASURES: readonly Measure[] = [
  {
    name: 'install',
    command: ['npm', 'ci', '--prefer-offline'],
    figures: (_printed, seconds) => ({ 'npm ci, s': seconds }),
  },
  {
    name: 'start',
    command: ['npm', 'start', '--silent', '--', '--once', '--json'],
    figures: (_printed, seconds) => ({ 'npm start -- --once --json, s': seconds }),
  },
  {
    name: 'pipeline',
    command: ['npm', 'run', '--silent', 'bench:pipeline'],
    env: { ROUNDS: '1' },
    figures: (printed) => ({
      'bare loop, s': column(printed, /^receive, conditional put.* ([\d.]+) s/m),
      'pipeline, healthy, × bare loop': column(printed, /^the pipeline, all healthy.* ([\d.]+) ×/m),
      'pipeline, 1% deadly, × bare loop': column(printed, /^the pipeline, 1% deadly.* ([\d.]+) ×/m),
      ...ifPrinted(
        'pipeline, 1% killers, none hung, × bare loop',
        printed,
        /^the pipeline, 1% killers.* ([\d.]+) ×/m,
      ),
    }),
  },
  {
    name: 'validator',
    command: ['node', join(ROOT, 'terminal/run.mjs'), 'bench/fhir/rates.ts'],
    figures: (printed) => ({
      'Patients, parsed, resources/s': column(printed, /^Patients, parsed: (\d+)$/m),
      'Patients, from text, resources/s': column(printed, /^Patients, from text: (\d+)$/m),
      'mixed examples, parsed, resources/s': column(printed, /^mixed examples, parsed: (\d+)$/m),
      'mixed examples, from text, resources/s': column(
        printed,
        /^mixed examples, from text: (\d+)$/m,
      ),
    }),
  },
  {
    name: 'test',
    command: ['npm', 'test', '--silent'],
    figures: (_printed, seconds) => ({ 'npm test, s': seconds }),
  },
];

/** A figure that older revisions do not print. */
function ifPrinted(name: string, printed: string, pattern: RegExp): Record<string, number> {
  return pattern.test(printed) ? { [name]: column(printed, pattern) } : {};
}

/** The number in the pattern's group. Throws if a revision prints something else. */
function column(printed: string, pattern: RegExp): number {
  const found = pattern.exec(printed)?.[1];
  if (found === undefined) throw new Error(`nothing printed matches ${pattern}:\n${printed}`);
  return Number(found.replaceAll(',', ''));
}
