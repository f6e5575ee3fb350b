import { expect, test } from 'vitest';
import { ChainsChecker } from '../../../simulation/checks/chains-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { hostAt, message, queueNamed } from './history.ts';

const functionName = 'stack-validate-critical';
const invoked = (...ids: string[]): Effect => ({
  ...{ kind: 'invoked', functionName, requestId: 'r' },
  event: { Records: ids.map((messageId) => ({ messageId })) },
});
const arrived = (id: string, body = '{}'): Effect => ({
  ...{ kind: 'arrived', queue: queueNamed('critical-isolation'), message: message({ id, body }) },
});
const published: Effect = { kind: 'published', topic: 't', message: 'news', attributes: {} };

/** A function that sends each message anew, so many times. */
function hops(count: number, between: (checker: ChainsChecker, n: number) => void = () => {}) {
  const checker = new ChainsChecker();
  for (let n = 0; n < count; n += 1) {
    const host = hostAt(`validate#${n}`);
    checker.see(invoked('another', `m${n}`), host);
    checker.see(arrived(`m${n + 1}`), host);
    between(checker, n);
  }
}

test('R04: finds a function that is invoked too often in one chain, of a batch too', () => {
  expect(() => hops(15)).not.toThrow();
  expect(() => hops(16)).toThrow(`R04: ${functionName} is invoked 16 times in one chain`);
});

test('R04: a chain goes on over a topic, and not over what comes from outside', () => {
  const overTopic = (checker: ChainsChecker, n: number) => {
    checker.see(published, hostAt(`validate#${n}`));
    checker.see(arrived(`m${n + 1}`, 'nothing that was published'), undefined);
  };
  expect(() => hops(16, overTopic)).toThrow('R04');
  const fromOutside = (checker: ChainsChecker, n: number) =>
    checker.see(arrived(`m${n + 1}`), hostAt('operator#1'));
  expect(() => hops(30, fromOutside)).not.toThrow();
});
