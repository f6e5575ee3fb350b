// Misbehaves on demand, for the proofs: a resource tagged with a code of this system makes it crash,
// hang, grow, exit or answer nonsense. It has nothing to say of any other resource.

import { JSON } from 'json-as';
import { print, readInput } from '../assembly/stdio';
import { proc_exit } from '../assembly/wasi_snapshot_preview1';

const SYSTEM = 'https://fhir-failsafe.dev/chaos-plugin';

@json
class Tag {
  system: string | null = null;
  code: string | null = null;
}

@json
class Meta {
  tag: Tag[] = [];
}

@json
class Resource {
  meta: Meta = new Meta();
}

function perform(fault: string): void {
  if (fault === 'crash') unreachable();
  if (fault === 'exit') proc_exit(3);
  if (fault === 'garble') print('this is no OperationOutcome');
  while (fault === 'flood') print('too much '.repeat(1000));
  while (fault === 'hang');
  // Until there is no more, which a well-meaning module would take as a failure too.
  while (fault === 'grow') if (memory.grow(64) < 0) unreachable();
}

const tags = JSON.parse<Resource>(readInput()).meta.tag;
for (let n = 0; n < tags.length; n++) {
  const system = tags[n].system;
  const code = tags[n].code;
  if (system === SYSTEM && code !== null) perform(code);
}
