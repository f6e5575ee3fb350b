/**
 * `npm run bench:fhir`: the validator beside its peers on the same resources in the same run, on one
 * core.
 */
import { fileURLToPath } from 'node:url';
import { costOf } from './fhir/cost.ts';
import { type Peer, peers } from './fhir/peers.ts';
import { rateOf } from './fhir/rate.ts';
import { type Subject, subjects } from './fhir/subjects.ts';
import { noWords } from './words.ts';

noWords();

interface Measured {
  readonly rate: number;
  readonly accepted: number;
}

function measure(peer: Peer, subject: Subject): Measured {
  const inputs = peer.takesText ? subject.texts : subject.texts.map((text) => JSON.parse(text));
  const run = peer.run as (input: unknown) => boolean;
  const rate = rateOf(run, inputs);
  return { rate, accepted: inputs.filter((each) => run(each)).length / inputs.length };
}

function row(cells: readonly string[]): string {
  return cells.map((each, i) => (i === 0 ? each.padEnd(32) : each.padStart(14))).join('');
}

const all = await peers();
for (const subject of subjects()) {
  const bytes = subject.texts.reduce((sum, each) => sum + each.length, 0) / subject.texts.length;
  console.log(`\n${subject.texts.length} ${subject.name} of ${Math.round(bytes)} bytes`);
  console.log(row(['', 'resources/s', 'accepted']));
  for (const peer of all) {
    const { rate, accepted } = measure(peer, subject);
    console.log(
      row([peer.name, Math.round(rate).toLocaleString('en'), `${(accepted * 100).toFixed(1)}%`]),
    );
  }
}

const entry = fileURLToPath(new URL('../packages/fhir-validator/validator.ts', import.meta.url));
const { loadMs, loadMb, kilobytes, gzipKilobytes } = await costOf(entry);
console.log(`\nloads in ${loadMs.toFixed(0)} ms and ${loadMb.toFixed(1)} MB above a bare node`);
console.log(`${kilobytes.toFixed(0)} KB minified, ${gzipKilobytes.toFixed(0)} KB gzipped`);
