import { expect, test } from 'vitest';
import { buildProgram } from '../../cli/commands.ts';

const names = async (word?: string) =>
  (await buildProgram(word)).commands.map((each) => each.name());

test('each command is found by its name, and most are loaded alone', async () => {
  const all = await names();
  let alone = 0;
  for (const name of all) {
    const found = await names(name);
    expect(found).toContain(name);
    if (found.length === 1) alone++;
  }
  expect(alone).toBeGreaterThan(10);
});

test.each(['', '--help', 'help', 'submitt', 'toString'])('%j loads all of them', async (word) => {
  expect(await names(word)).toEqual(await names());
});
