import { expect, test } from 'vitest';
import { makeDynamo } from '../../aws/clients.ts';
import { makeLambda } from '../../aws/lambda-clients.ts';
import { lambdaClient, tableNamed } from '../../cli/clients.ts';

interface Configured {
  readonly configProvider: Promise<{ connectionTimeout: number; requestTimeout: number }>;
}

async function timeoutsOf({ config }: { readonly config: { readonly requestHandler: unknown } }) {
  const { configProvider } = config.requestHandler as Configured;
  const { connectionTimeout, requestTimeout } = await configProvider;
  return { connectionTimeout, requestTimeout };
}

test('a function gives up well before its timeout', async () => {
  const soon = { connectionTimeout: 1_000, requestTimeout: 2_000 };
  for (const client of [makeDynamo(), makeLambda()]) {
    expect(await timeoutsOf(client)).toEqual(soon);
  }
});

test('a command waits for an emulator on a busy machine', async () => {
  const late = { connectionTimeout: 5_000, requestTimeout: 20_000 };
  for (const client of [tableNamed('any').dynamo, lambdaClient()]) {
    expect(await timeoutsOf(client)).toEqual(late);
  }
});
