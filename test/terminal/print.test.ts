/** What reaches an operator's terminal, whoever wrote it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeVerification } from '../../cli/audit/describe.ts';
import { describeBreaker, describeBreakers } from '../../cli/breaker/describe.ts';
import { describeIncident, describeIncidents } from '../../cli/incident/describe.ts';
import { describeLanes } from '../../cli/lane/describe.ts';
import { describePlugins } from '../../cli/plugin/describe.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import { untouched } from '../../core/supervision/supervised-state.ts';
import { complain, print, printCsv } from '../../terminal/print.ts';
import { opened } from '../core/incident/incident-support.ts';

afterEach(() => vi.restoreAllMocks());

/** It clears the screen, reverses the direction of text, and begins a line of its own. */
const HOSTILE = 'ana\u001b[2J\u009b\u202e\nFORGED';
const RAW = /(?!\n)\p{Cc}|\p{Cf}/u;

function expectHarmless(text: string): void {
  expect(text).toContain('\\u001b[2J');
  expect(text).not.toMatch(RAW);
  expect(text).not.toMatch(/^FORGED/m);
}

describe('R08: text of an operator or a producer forges no lines', () => {
  const said = { at: 1, by: HOSTILE, why: HOSTILE };
  const incident = opened({ acknowledged: said, resolved: said, scope: HOSTILE });
  const forced = { by: HOSTILE, reason: HOSTILE, until: 9 };
  const state = { ...UNKNOWN_SERVICE, generation: 1, why: HOSTILE, forced };
  const breakers = [{ service: HOSTILE, state }];
  const plugin = { name: 'p', file: HOSTILE, resourceTypes: [HOSTILE], deadlineMs: 1 };
  const hold = { since: 1, why: HOSTILE, by: HOSTILE };
  const held = { ...untouched('critical'), holds: { operator: hold } };
  const head = { sequence: 1, hash: 'h' };

  test.each([
    ['incidents', () => describeIncidents([incident], 2)],
    ['an incident', () => describeIncident(incident, 'dev', 2)],
    ['breakers', () => describeBreakers(breakers, 2)],
    ['a breaker', () => describeBreaker(HOSTILE, state, 2)],
    ['plugins', () => describePlugins([{ ...plugin, mode: 'required' }], [], 2)],
    ['lanes', () => describeLanes([{ lane: 'critical', state: held, mappings: [] }], 2)],
    [
      'objects of the audit log',
      () => describeVerification({ objects: 1, head, touched: [HOSTILE] }),
    ],
  ])('in the description of %s', (_, describing) => {
    expectHarmless(describing());
  });

  test('in text that is printed without a description', () => {
    const written: string[] = [];
    const write = (chunk: unknown) => written.push(String(chunk)) > 0;
    vi.spyOn(process.stdout, 'write').mockImplementation(write);
    vi.spyOn(process.stderr, 'write').mockImplementation(write);
    print(JSON.stringify({ by: HOSTILE }));
    complain(HOSTILE.replace('\n', ' '));
    printCsv(`"${HOSTILE.replace('\n', ' ')}"\r\n`);
    vi.restoreAllMocks();
    expect(written).toHaveLength(3);
    for (const text of written) expectHarmless(text.replace(/\r\n$/, '\n'));
    expect(JSON.parse(written[0] ?? '')).toEqual({ by: HOSTILE });
  });
});

test('R08: the command line writes to a terminal only through print.ts', () => {
  const files = ['cli', 'terminal'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  const writing = files.filter((file) =>
    /std(out|err)\.write|\bconsole\.\w+\(/.test(readFileSync(file, 'utf8')),
  );
  expect(files.length).toBeGreaterThan(40);
  expect(writing).toEqual([join('terminal', 'print.ts')]);
});
