/**
 * `npm run bench:partial-outage`: for an hour the FHIR server fails a share of its calls, in all the ways
 * in which servers fail. What happens to healthy resources, and to wrong ones? In virtual time, from a seed
 * (SEED), by the rules of `deliver`, with each of the two policies of its breaker.
 */
import type { TripPolicy } from '../core/breaker/breaker-policy.ts';
import { partialOutage } from './partial-outage/hour.ts';
import { noWords } from './words.ts';

noWords();

const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
const TRIPS: Readonly<Record<string, TripPolicy>> = {
  '5 in a row': { kind: 'consecutive', failures: 5 },
  'a share of 0.7': { kind: 'failure-rate', share: 0.7, callsMin: 20, windowMs: 60_000 },
};
const seed = Number(process.env['SEED'] ?? 1);
const ms = Number(process.env['MINUTES'] ?? 60) * 60_000;
const perSecond = Number(process.env['PER_SECOND'] ?? 10);

const COLUMNS = [
  ...['calls that fail', 'the breaker opens by', 'healthy', 'delivered', 'quarantined'],
  ...['refused (422)', 'quarantined', 'fail at an element (500)', 'quarantined', 'opened'],
  'left half an hour later',
];

console.log(
  `${perSecond} resources a second for ${ms / 60_000} minutes, one in a hundred of them wrong; seed ${seed}`,
);
console.log(`| ${COLUMNS.join(' | ')} |\n|${'---|'.repeat(COLUMNS.length)}`);
for (const share of SHARES) {
  for (const [name, trip] of Object.entries(TRIPS)) {
    const { during, after, opened } = await partialOutage({ share, seed, ms, perSecond, trip });
    const { healthy, refused, fatal } = during;
    const left = Object.values(after).map((its) => its.came - its.delivered - its.quarantined);
    const cells = [
      ...[`${share * 100} %`, name, healthy.came, healthy.delivered, healthy.quarantined],
      ...[refused.came, refused.quarantined, fatal.came, fatal.quarantined, opened],
      left.reduce((sum, each) => sum + each, 0),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
