/** Removes from a synthesized assembly what the emulator would refuse. Never used for AWS. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import type { EmulatorName } from './endpoint.ts';
import { type LeftOut, leftOut, withoutResources } from './leave-out.ts';

/** Removes those resources from the only stack of the assembly. Returns which. */
export async function adaptAssembly(directory: string, emulator: EmulatorName): Promise<LeftOut[]> {
  const { stackName, template } = await readAssembly(directory);
  const out = leftOut(template.Resources, emulator);
  if (out.length === 0) return out;
  const file = join(directory, `${stackName}.template.json`);
  const before = await readFile(file, 'utf8');
  const after = JSON.stringify(withoutResources(JSON.parse(before), out), undefined, 1);
  await writeFile(file, after);
  // The template is an asset too, found by its hash: the CLI does not upload a hash that is already there.
  const [old, now] = [hash(before), hash(after)];
  for (const manifest of ['manifest.json', `${stackName}.assets.json`]) {
    const path = join(directory, manifest);
    const text = await readFile(path, 'utf8');
    assert(text.includes(old), `${path} names the template by its hash`);
    await writeFile(path, text.replaceAll(old, now));
  }
  return out;
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
