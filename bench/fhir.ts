/**
 * `npm run bench:fhir`: the validator beside its peers on the same resources in the same run, on one
 * core. A rate is resources for each second of processor time (all threads of the process), so that
 * other load on the machine counts little. Goals: 150,000 Patients and 40,000 mixed examples.
 */
import { fileURLToPath } from 'node:url';
import { costOf } from './fhir/cost.ts';
import { type Peer, peers } from './fhir/peers.ts';
import { type Subject, subjects } from './fhir/subjects.ts';
import { noWords } from './words.ts';

noWords();

const WARM_MS = 1000;
const ROUND_MS = 500;
const ROUNDS = 5;

interface Measured {
  readonly rate: number;
  readonly accepted: number;
}

function measure(peer: Peer, subject: Subject): Measured {
  const inputs = peer.takesText ? subject.texts : subject.texts.map((text) => JSON.parse(text));
  const run = peer.run as (input: unknown) => boolean;
  const rateOf = (ms: number): number => {
    const started = processorMs();
    let done = 0;
    for (; processorMs() - started < ms; done += inputs.length)
      for (const each of inputs) run(each);
    return (done * 1000) / (processorMs() - started);
  };
  rateOf(WARM_MS);
  const rate = Math.max(...Array.from({ length: ROUNDS }, () => rateOf(ROUND_MS)));
  return { rate, accepted: inputs.filter((each) => run(each)).length / inputs.length };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
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
