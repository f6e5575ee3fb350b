/** Reads the one JSON line of `npm start -- --once --json`; status 1 unless it accounts for all. */
import { ok, strictEqual } from 'node:assert/strict';
import { text } from 'node:stream/consumers';

const summary = JSON.parse(await text(process.stdin));
const { submitted, stored, rejected, deadLettered, lost, duplicates, incidents, pages } = summary;
strictEqual(submitted, 10_000, 'submitted');
strictEqual(stored + rejected + deadLettered, submitted, 'stored + rejected + deadLettered');
strictEqual(rejected, 200, 'rejected');
strictEqual(deadLettered, 100, 'deadLettered');
strictEqual(lost, 0, 'lost');
strictEqual(duplicates, 0, 'duplicates');
strictEqual(incidents, 1, 'incidents');
// One for the incident, and one for each other kind of killer that reaches the threshold by itself.
const KILLERS = 4;
ok(pages >= 1 && pages <= KILLERS, `pages: ${pages}`);
