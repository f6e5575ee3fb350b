/** Resources of a kind and a size. */

import { DEFECTS } from '../../demo/sample/defects.ts';
import { patient } from '../../demo/sample/patient.ts';
import { type Random, seededRandom } from '../../demo/sample/random.ts';
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

/** So many that a text of 4 KB packs as Synthea's Patients do: 2.7 to 1 over 120 of them. */
const WORDS = 30;
const LETTERS = 'aaabcdeeeefghiiklmnnoooprrssttuvwz';

/** Made-up words, because they compress as a language does: better than noise, and not to nothing. */
function vocabulary(random: Random): string[] {
  return Array.from({ length: WORDS }, () =>
    Array.from(
      { length: random.int(2, 10) },
      () => LETTERS[random.int(0, LETTERS.length - 1)],
    ).join(''),
  );
}

/** This many texts of about this many bytes: a narrative fills what the patient leaves. */
export function texts(kind: Kind, count: number, bytes: number, seed: number): string[] {
  const random = seededRandom(seed);
  const words = vocabulary(random);
  const proseOf = (characters: number) => {
    let prose = '';
    while (prose.length < characters) prose += `${words[random.int(0, WORDS - 1)]} `;
    return prose.slice(0, characters);
  };
  return Array.from({ length: count }, (_, n) => {
    const healthy = patient(random);
    const empty = JSON.stringify({ ...healthy, text: narrative('') });
    const room = Math.max(1, bytes - Buffer.byteLength(empty));
    const filled = { ...healthy, text: narrative(proseOf(room)) };
    if (kind === 'valid') return JSON.stringify(filled);
    if (kind === 'invalid') return (DEFECTS[n % DEFECTS.length] ?? DEFECTS[0]).spoil(filled);
    const tag = [{ system: CHAOS_SYSTEM, code: FAULTS[n % FAULTS.length] }];
    return JSON.stringify({ ...filled, meta: { ...filled.meta, tag } });
  });
}
