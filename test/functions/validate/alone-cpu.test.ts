import { expect, test } from 'vitest';
import { useAlone } from '../../support/alone.ts';
import { faulty } from '../../support/resources.ts';

const { submit, deliverAlone, entry } = useAlone({ deadlineMs: 60_000, cpuShare: 0.01 });

test('R01 R02: one that hangs is over its deadline once it has used what its share of a processor gives it until then', async () => {
  await submit(faulty('hang'));
  expect((await deliverAlone())?.failed).toHaveLength(1);
  const reason = 'no verdict within 600 ms of processor time';
  expect(await entry()).toMatchObject({
    status: 'in-isolation',
    attempts: [{ crash: 'timeout', reason, ended: expect.any(Number) }],
  });
});
