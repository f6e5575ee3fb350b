/** HL7's own validator, in Java: its class path by Maven, its findings as lines of JSON. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'build', 'hl7');
const OUTPUT_MAX = 1 << 30;

export interface PeerError {
  /** FHIRPath of the element. */
  readonly at: string;
  /** The id of HL7's message, such as `Terminology_TX_NoValid_16`; of an invariant its canonical and key. */
  readonly id: string;
  readonly text: string;
}

/** @throws if Java or Maven is missing */
export function classPath(): string {
  const file = join(FOLDER, 'classpath');
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    const pom = join(import.meta.dirname, 'pom.xml');
    const goals = ['dependency:build-classpath', `-Dmdep.outputFile=${file}`];
    execFileSync('mvn', ['-q', '-B', '-f', pom, ...goals], { stdio: 'inherit' });
  }
  return readFileSync(file, 'utf8').trim();
}

/** The findings in each resource, in order. */
export function validateByHl7(
  name: string,
  resources: readonly unknown[],
  tarballs: readonly string[],
): PeerError[][] {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [i, resource] of resources.entries()) {
    writeFileSync(join(folder, `${String(i).padStart(6, '0')}.json`), JSON.stringify(resource));
  }
  const program = join(import.meta.dirname, 'Hl7Validate.java');
  const words = ['-Xmx4g', '-cp', classPath(), program, folder, ...tarballs];
  const printed = execFileSync('java', words, {
    encoding: 'utf8',
    maxBuffer: OUTPUT_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = printed.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { errors: PeerError[] }).errors);
}
