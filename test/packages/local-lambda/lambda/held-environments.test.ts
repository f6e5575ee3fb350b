import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { parsed, useLambdaHost } from '../support/lambda-host.ts';

const eager = availableParallelism();
const { functionOf, run, environments } = useLambdaHost(eager + 1);

test('a function whose environments are all held by invocations that hang gets another one', async () => {
  const spec = await functionOf(
    'hanging',
    `export const handler = ({ hangs }) =>
       hangs ? new Promise(() => setInterval(() => {}, 1000)) : 'answered';`,
    { Timeout: 60 },
  );
  const hanging = Array.from({ length: eager }, () => run(spec, '{"hangs":true}'));
  const first = await Promise.race([run(spec, '{}'), ...hanging]);
  expect(parsed(first)).toBe('answered');
  expect(environments().filter(({ busy }) => busy)).toHaveLength(eager);
});
