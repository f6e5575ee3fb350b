/** The command line accepts every command of ours in the documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, test } from 'vitest';
import { buildProgram } from '../../cli/commands.ts';
import manifest from '../../package.json' with { type: 'json' };
import { PAGES, ROOT } from './pages.ts';

/** Code of a page: blocks, with continued lines joined, and spans. */
function codeOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/\\\n\s*/g, '');
  const spans = [...text.matchAll(/`([^`\n]*(?:\n[^`\n]+)?)`/g)].map(([, code = '']) => code);
  const lines = text.split('\n').filter((line) => /^( {4}|npx |npm |aws )/.test(line));
  return [...lines, ...spans].map((code) => code.replaceAll(/\s+/g, ' ').trim());
}

/** The words of a command, as a shell splits them, up to a pipe, a comment or the next command. */
function wordsOf(command: string): string[] {
  const parts = command.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
  const end = parts.findIndex((part) => /^(#|\||&&|>|;)/.test(part));
  return (end === -1 ? parts : parts.slice(0, end)).map((part) =>
    part.replaceAll(/^['"]|['"]$/g, '').replace(/;$/, ''),
  );
}

const written = PAGES.flatMap((page) =>
  codeOf(page).flatMap((code) =>
    [...code.matchAll(/npm run cli -- ([a-z].*)/g)].map(([, command = '']) => ({ page, command })),
  ),
);

/** Parses and does nothing. Throws if the command line would refuse it. */
async function parse(words: string[]): Promise<void> {
  const program = await buildProgram();
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    for (const child of command.commands) quiet(child as Command);
  };
  quiet(program);
  await program.parseAsync(words, { from: 'user' });
}

/** `fail|slow|stop` stands for one of the words, and … for a value. */
const spelled = (words: string[]) =>
  words.map((word) =>
    (word.split('|')[0] ?? word).replace(/^…$/, 'why').replace('3f…', '3f'.repeat(32)),
  );

/** A span may name a command without its arguments; then only the name is checked. */
async function isName(words: readonly string[]): Promise<boolean> {
  let at: Command | undefined = await buildProgram();
  for (const word of words)
    at = at?.commands.find((one) => one.name() === word) as Command | undefined;
  return at !== undefined;
}

describe('commands in the documents', () => {
  it('are found', () => expect(written.length).toBeGreaterThan(40));

  it.each(written)('$page: npm run cli -- $command', async ({ command }) => {
    const words = spelled(wordsOf(command));
    if (await isName(words)) return;
    await parse(words);
  });

  it('a wrong one is found', async () => {
    await expect(parse(['lane', 'stop', 'critical'])).rejects.toThrow();
    await expect(parse(['quarantine', 'list', '--everything'])).rejects.toThrow();
  });
});

const scripts = new Set(Object.keys(manifest.scripts));
const called = PAGES.flatMap((page) =>
  codeOf(page).flatMap((code) =>
    [...code.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => ({
      page,
      script,
    })),
  ),
);
test.each(called)('$page: npm run $script is a script', ({ script }) => {
  expect([...scripts]).toContain(script);
});

test('the runbook says which of its commands work on AWS only', () => {
  /** The gateway (packages/local-lambda/gateway.ts) does not forward these services. */
  const local = ['dynamodb', 'lambda', 's3', 'secretsmanager', 'sns', 'sqs', 'sts'];
  const used = new Set(
    codeOf('docs/runbook.md').flatMap((code) =>
      [...code.matchAll(/\baws ([a-z]+) /g)].map(([, name = '']) => name),
    ),
  );
  const text = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
  const [, told = ''] = /^On AWS only: (.*)$/m.exec(text) ?? [];
  for (const service of used) {
    if (!local.includes(service)) expect(told).toContain(`\`aws ${service}\``);
  }
  expect(used.size).toBeGreaterThan(3);
});
