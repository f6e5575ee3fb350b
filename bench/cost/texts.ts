/** Resources of a kind and a size. */

import { DEFECTS } from '../../demo/sample/defects.ts';
import { patient } from '../../demo/sample/patient.ts';
import { seededRandom } from '../../demo/sample/random.ts';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';

export type Kind = 'valid' | 'invalid' | 'crashing';

/** Of 25 that crash, as in the sample of `npm start`. */
const FAULTS = [
  ...Array<string>(12).fill('throw'),
  ...Array<string>(8).fill('exit'),
  ...Array<string>(4).fill('heap'),
  'hang',
];

const narrative = (text: string) => ({
  status: 'generated' as const,
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`,
});

/** This many texts of about this many bytes: a narrative fills what the patient leaves. */
export function texts(kind: Kind, count: number, bytes: number, seed: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, n) => {
    const healthy = patient(random);
    const empty = JSON.stringify({ ...healthy, text: narrative('') });
    const room = Math.max(1, bytes - Buffer.byteLength(empty));
    const filled = { ...healthy, text: narrative('x'.repeat(room)) };
    if (kind === 'valid') return JSON.stringify(filled);
    if (kind === 'invalid') return (DEFECTS[n % DEFECTS.length] ?? DEFECTS[0]).spoil(filled);
    const tag = [{ system: CHAOS_SYSTEM, code: FAULTS[n % FAULTS.length] }];
    return JSON.stringify({ ...filled, meta: { ...filled.meta, tag } });
  });
}
