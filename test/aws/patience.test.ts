import { beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => vi.resetModules());

const load = async () => ({
  patience: await import('../../aws/patience.ts'),
  timeouts: async () => {
    const { dynamo } = await import('../../aws/clients.ts');
    const { lambda } = await import('../../aws/lambda-clients.ts');
    return Promise.all(
      [dynamo, lambda].map(async ({ config }) => {
        const { configProvider } = config.requestHandler as unknown as Configured;
        const { connectionTimeout, requestTimeout } = await configProvider;
        return { connectionTimeout, requestTimeout };
      }),
    );
  },
});

interface Configured {
  readonly configProvider: Promise<{ connectionTimeout: number; requestTimeout: number }>;
}

test('a function gives up well before its timeout', async () => {
  const { timeouts } = await load();
  const soon = { connectionTimeout: 1_000, requestTimeout: 2_000 };
  expect(await timeouts()).toEqual([soon, soon]);
});

test('a person waits for an emulator on a busy machine', async () => {
  const { patience, timeouts } = await load();
  patience.waitAsAPerson();
  const late = { connectionTimeout: 5_000, requestTimeout: 20_000 };
  expect(await timeouts()).toEqual([late, late]);
});

test('says so where it is too late', async () => {
  const { patience, timeouts } = await load();
  await timeouts();
  expect(patience.waitAsAPerson).toThrow(/patience of a function/);
});
