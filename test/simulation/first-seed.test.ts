import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomSeed, SEED_MAX, seedOfContent } from '../../simulation/first-seed.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'first-seed-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the first seed of what is committed', () => {
  test('is the same for the same content, whoever commits it and when', () => {
    commit('some code', 'first');
    const first = seedOfContent(folder);
    commit('other code', 'second');
    const second = seedOfContent(folder);
    commit('some code', 'taken back');
    expect(first).toSatisfy(isSeed);
    expect(second).toSatisfy(isSeed);
    expect(second).not.toBe(first);
    expect(seedOfContent(folder)).toBe(first);
  });

  test('is not known while a tracked file has changes', () => {
    commit('some code', 'first');
    writeFileSync(join(folder, 'code'), 'changed');
    expect(seedOfContent(folder)).toBeUndefined();
  });

  test('does not depend on files that are not tracked', () => {
    commit('some code', 'first');
    const first = seedOfContent(folder);
    writeFileSync(join(folder, 'log'), 'anything');
    expect(seedOfContent(folder)).toBe(first);
  });

  test('is not known without a repository, a commit or Git', () => {
    expect(seedOfContent(folder)).toBeUndefined();
    git('init', '--quiet');
    expect(seedOfContent(folder)).toBeUndefined();
    expect(seedOfContent(join(folder, 'missing'))).toBeUndefined();
  });
});

test('a random seed is one that the command accepts', () => {
  expect(randomSeed()).toSatisfy(isSeed);
});

function isSeed(seed: unknown): boolean {
  return Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) < SEED_MAX;
}

function commit(code: string, message: string): void {
  git('init', '--quiet');
  writeFileSync(join(folder, 'code'), code);
  git('add', 'code');
  git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@test',
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '-m',
    message,
  );
}

function git(...words: readonly string[]): void {
  execFileSync('git', words, { cwd: folder, stdio: 'ignore' });
}
