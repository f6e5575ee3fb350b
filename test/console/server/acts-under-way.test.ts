import { expect, test } from 'vitest';
import { Acts } from '../../../console/server/acts-under-way.ts';

test('a console that is being stopped lets an act end, and begins no other', async () => {
  const acts = new Acts();
  const recorded = Promise.withResolvers<void>();
  const told: string[] = [];
  const act = acts.add(async () => {
    await recorded.promise;
    told.push('act');
  });
  const end = acts.end().then(() => told.push('end'));
  await expect(acts.add(async () => void told.push('another'))).rejects.toMatchObject({
    kind: 'refused',
    message: 'the console is being stopped',
  });
  recorded.resolve();
  await Promise.all([act, end]);
  expect(told).toEqual(['act', 'end']);
});

test('an act that fails tells its own request only', async () => {
  const acts = new Acts();
  const fails = acts.add(() => Promise.reject(new Error('AWS is down')));
  const end = acts.end();
  await expect(fails).rejects.toThrow('AWS is down');
  await end;
});
