import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../cli/commands.ts';
import { startCommand } from '../../demo/options.ts';

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

test('each help names a default once, as a person would type it', async () => {
  const helps = [startCommand(async () => {}), ...(await allBelow(await buildProgram()))].map(
    (each) => each.helpInformation(),
  );
  let defaults = 0;
  for (const line of helps
    .join('\n')
    .replace(/\n {12,}/g, ' ')
    .split('\n')) {
    const said = line.match(/default: /g)?.length ?? 0;
    expect(said, line).toBeLessThanOrEqual(1);
    expect(line).not.toMatch(/default: (?:\[\]|\d{6,}|undefined|false)/);
    defaults += said;
  }
  expect(helps.length).toBeGreaterThan(40);
  expect(defaults).toBeGreaterThan(60);
});

async function allBelow(program: Command): Promise<Command[]> {
  const below = await Promise.all(program.commands.map(allBelow));
  return [program, ...below.flat()];
}
