import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partsOf, withoutFence } from '../../../simulation/fences/fence.ts';
import { FENCES } from '../../../simulation/fences/fences.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('fences that are taken out', () => {
  test.each(FENCES.map((fence) => [fence.name, fence] as const))(
    '%s is in the code once',
    (_, fence) => {
      for (const file of new Set(partsOf(fence).map((part) => part.file))) {
        const source = readFileSync(join(ROOT, file), 'utf8');
        const without = withoutFence(fence, file, source);
        const its = partsOf(fence).filter((part) => part.file === file);
        const replaced = its.reduce(
          (text, part) => text.replace(part.code, () => part.without),
          source,
        );
        expect(without).toBe(replaced);
        expect(without).not.toBe(source);
      }
    },
  );

  test('are in each file with a conditional write', () => {
    const files = globSync('{aws,breaker,functions}/**/*.ts', { cwd: ROOT }).filter((file) =>
      /(?<!Key)ConditionExpression:/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(15);
    const fenced = new Set(FENCES.flatMap(partsOf).map(({ file }) => file));
    expect(files.filter((file) => !fenced.has(file))).toEqual([]);
  });

  test('reports a fence that is not in the code, or is there twice', () => {
    const fence = { name: 'f', file: 'x.ts', code: 'a', without: 'b' };
    expect(() => withoutFence(fence, 'x.ts', 'c')).toThrow('holds its code 0 times');
    expect(() => withoutFence(fence, 'x.ts', 'aca')).toThrow('holds its code 2 times');
  });
});
