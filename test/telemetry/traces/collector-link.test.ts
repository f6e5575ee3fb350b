import { expect, test } from 'vitest';
import { realMachine } from '../../../aws/machine.ts';
import { CollectorLink } from '../../../telemetry/traces/collector-link.ts';

test('a collector that does not answer delays one invocation up to its limit, and the next not at all', async () => {
  let now = 0;
  let sendings = 0;
  const never = () => {
    sendings += 1;
    return new Promise<never>(() => {});
  };
  const link = new CollectorLink(never, { ...realMachine, now: () => now });
  await link.flush(20);
  expect(sendings).toBe(1);
  await link.flush(60_000);
  expect(sendings).toBe(1);
  now += 30_000;
  await link.flush(20);
  expect(sendings).toBe(2);
});

test('one that refuses is left alone as long; one that accepts is called each time', async () => {
  let fails = true;
  let now = 0;
  let sendings = 0;
  const send = async () => {
    sendings += 1;
    if (fails) throw new Error('ECONNREFUSED');
  };
  const link = new CollectorLink(send, { ...realMachine, now: () => now });
  await link.flush(1_000);
  now += 29_999;
  await link.flush(1_000);
  expect(sendings).toBe(1);
  now += 1;
  fails = false;
  await link.flush(1_000);
  await link.flush(1_000);
  expect(sendings).toBe(3);
});

test('if no time is left nothing is sent', async () => {
  const link = new CollectorLink(() => Promise.reject(new Error('not to be called')), realMachine);
  await expect(link.flush(-5)).resolves.toBeUndefined();
});
