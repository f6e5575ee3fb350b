import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deadlineNeeded,
  deliverMemoryMb,
  memoryNeeded,
  sizeProblems,
} from '../../../lib/checks/resource-size.ts';
import { type ConfigInput, configSchema } from '../../../lib/config/config.ts';

const MIB = 1024 * 1024;
const problems = (input: ConfigInput) => [...sizeProblems(configSchema.parse(input))];
const plugin = { name: 'rule', file: 'rule.wasm', mode: 'required' } as const;

describe('R62: synth refuses settings under which a resource could get no verdict', () => {
  test('the defaults are accepted, with plugins too', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ plugins: [plugin] })).toEqual([]);
  });

  test.each<[string, ConfigInput, RegExp[]]>([
    [
      '50 MiB with the default memory',
      { resourceBytesMax: 50 * MIB },
      [/^memoryMb 1024 must be at least 2\d{3} for resourceBytesMax/, /^deadlineMs 5000 must be/],
    ],
    ['less memory', { memoryMb: 768 }, [/^memoryMb 768/, /^deadlineMs/]],
    ['less time', { deadlineMs: 3_900 }, [/^deadlineMs 3900 must be at least 3974/]],
    ['a heap that holds nothing', { workerHeap: { oldMb: 27 } }, [/^workerHeap.oldMb 27/]],
    // Resources of that size no longer count as large, so two workers share the CPU.
    [
      'workers that accept 10 MiB each',
      { workerHeap: { oldMb: 184 } },
      [/^memoryMb/, /^deadlineMs/],
    ],
    ['plugins with more memory', { plugins: [plugin], pluginMemoryMb: 70 }, [/pluginMemoryMb 70/]],
    // SQS takes messages of 1 MiB, whatever the limit for claim checks is.
    ['inline messages', { resourceBytesMax: 1_024, deadlineMs: 300 }, [/^deadlineMs 300/]],
  ])('%s', (_, input, expected) => {
    const found = problems(input);
    expect(found).toHaveLength(expected.length);
    for (const [position, pattern] of expected.entries()) expect(found[position]).toMatch(pattern);
  });

  test.each([
    [1_024, 512],
    [10 * MIB, 512],
    [50 * MIB, 1_320],
    [100 * MIB, 2_520],
  ])('deliver has memory for resources of %i bytes: %i MB', (resourceBytesMax, mb) => {
    expect(deliverMemoryMb({ resourceBytesMax })).toBe(mb);
  });

  test('accepts the values that its refusal asks for, and nothing smaller', () => {
    const input = fc.record({
      resourceBytesMax: fc.integer({ min: 1_024, max: 100 * MIB }),
      oldMb: fc.integer({ min: 28, max: 2_048 }),
      memoryMb: fc.integer({ min: 256, max: 10_240 }),
    });
    let asked = 0;
    fc.assert(
      fc.property(input, ({ resourceBytesMax, oldMb, memoryMb }) => {
        const config = configSchema.parse({
          resourceBytesMax,
          workerHeap: { oldMb },
          memoryMb,
          deadlineMs: 100,
        });
        const [first = '', second] = sizeProblems(config);
        expect(first.startsWith('memoryMb')).toBe(memoryNeeded(config) > memoryMb);
        const deadlineMs = Number(/^deadlineMs.* at least (\d+)/.exec(second ?? first)?.[1]);
        const withDeadline = (ms: number) =>
          [...sizeProblems({ ...config, deadlineMs: ms })].some((text) =>
            text.startsWith('deadlineMs'),
          );
        expect([withDeadline(deadlineMs), withDeadline(deadlineMs - 1)]).toEqual([false, true]);
        expect(deadlineMs).toBeGreaterThanOrEqual(deadlineNeeded(resourceBytesMax, config));
        asked += 1;
      }),
    );
    expect(asked).toBe(100);
  });
});
