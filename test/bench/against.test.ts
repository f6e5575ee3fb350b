import { expect, test } from 'vitest';
import { MEASURES } from '../../bench/against/measures.ts';
import { ratiosOf } from '../../bench/against/ratios.ts';
import { describeRuns } from '../../bench/pipeline/measured.ts';

function measureOf(name: string) {
  const found = MEASURES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no measure ${name}`);
  return found;
}

test('the ratio is computed for each round, and the result is the median of the ratios', () => {
  const rounds = [
    { before: { s: 10 }, after: { s: 5 } },
    { before: { s: 40 }, after: { s: 16 } },
    { before: { s: 20 }, after: { s: 12 } },
  ];
  const [row] = ratiosOf(rounds);
  expect(row).toEqual({ name: 's', before: 20, after: 12, ratios: [0.5, 0.4, 0.6], ratio: 0.5 });
});

test('the median of two rounds is their mean', () => {
  const rounds = [
    { before: { s: 10 }, after: { s: 5 } },
    { before: { s: 10 }, after: { s: 10 } },
  ];
  expect(ratiosOf(rounds)[0]?.ratio).toBe(0.75);
});

test('the figures of the validator are read by input and subject', () => {
  const printed = [
    'Patients, parsed: 120001',
    'Patients, from text: 68002',
    'mixed examples, parsed: 64003',
    'mixed examples, from text: 31004',
  ].join('\n');
  expect(measureOf('validator').figures(printed, 1)).toEqual({
    'Patients, parsed, resources/s': 120_001,
    'Patients, from text, resources/s': 68_002,
    'mixed examples, parsed, resources/s': 64_003,
    'mixed examples, from text, resources/s': 31_004,
  });
});

test('a revision with another output is refused instead of counted as nothing', () => {
  expect(() => measureOf('pipeline').figures('nothing here', 1)).toThrow('nothing printed matches');
});

test('killers that do not hang are read where a revision tells them apart', () => {
  const former = [
    'receive, conditional put, delete (bare loop)   4.00 s    1.00 ×   (4.00)',
    'the pipeline, all healthy                      8.00 s    2.00 ×   (8.00)',
    'the pipeline, 1% deadly and 2% invalid        40.00 s   10.00 ×   (40.00)',
  ];
  const figures = {
    'bare loop, s': 4,
    'pipeline, healthy, × bare loop': 2,
    'pipeline, 1% deadly, × bare loop': 10,
  };
  expect(measureOf('pipeline').figures(former.join('\n'), 1)).toEqual(figures);
  const run = { ms: 12_000, spent: { own: 1_000, validate: 2_000, others: 100 } };
  const now = 'the pipeline, 1% killers, none hangs, 2% invalid';
  const then = 'the pipeline, 1% killers, 2% invalid, no hung';
  for (const name of [now, then]) {
    const printed = [...former, describeRuns(name, [run], 4_000)];
    expect(measureOf('pipeline').figures(printed.join('\n'), 1)).toEqual({
      ...figures,
      'pipeline, 1% killers, none hung, × bare loop': 3,
    });
  }
});
