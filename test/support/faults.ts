/** Makes chosen calls of the functions' SDK clients fail as the emulators never do. */
import { endOfWork } from '../../telemetry/invocation.ts';
import type { Clients, Functions } from './functions.ts';

export type FaultyService = 'sqs' | 'sns' | 's3' | 'dynamo' | 'hastyDynamo';

class InjectedFault extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
  readonly $fault = 'client';
}

/** Called, it ends the fault. */
export interface Fault {
  (): void;
  /** Resolves once another call waits for an answer that does not come. */
  readonly unanswered: () => Promise<void>;
}

/**
 * Fails each call of a service for which `matches` is true, given the command's name and input, until the
 * returned function is called. `hang`: no answer comes. `last`: no answer comes until the work that made the call ends,
 * which aborts it, as the SDK does. `lose`: it is done, and no answer comes.
 * `lose-then-refuse`: it is done, the answer is lost, and the SDK's retry is refused.
 */
export function failCalls(
  { clients }: Pick<Functions, 'clients'>,
  service: FaultyService,
  matches: (command: string, input: Record<string, unknown>) => boolean,
  how: 'fail' | 'hang' | 'last' | 'lose' | 'lose-then-refuse' = 'fail',
): Fault {
  const name = `fault-${crypto.randomUUID()}`;
  let unanswered = Promise.withResolvers<void>();
  const stacks = clients.map((each) => (each[service] as Clients['sqs']).middlewareStack);
  for (const stack of stacks) {
    stack.add(
      (next, context) => async (args) => {
        const input = args.input as unknown as Record<string, unknown>;
        if (!matches(String(context['commandName']), input)) return next(args);
        if (how === 'lose' || how === 'lose-then-refuse') await next(args);
        if (how === 'lose' || how === 'hang' || how === 'last') {
          unanswered.resolve();
          unanswered = Promise.withResolvers();
          const work = how === 'last' ? endOfWork() : undefined;
          return new Promise<never>((_, reject) => {
            if (work?.aborted) reject(work.reason);
            work?.addEventListener('abort', () => reject(work.reason));
          });
        }
        throw new InjectedFault('injected');
      },
      { step: 'initialize', name },
    );
  }
  const end = () => {
    for (const stack of stacks) stack.remove(name);
  };
  return Object.assign(end, { unanswered: () => unanswered.promise });
}

class Unanswered extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Loses the answer to the first try of each matching call. The SDK itself then tries again, and finds what
 * the first try wrote.
 */
export function loseFirstAnswers(
  { clients }: Pick<Functions, 'clients'>,
  matches: (command: string) => boolean,
): void {
  for (const { dynamo } of clients) {
    const answered = new WeakSet<object>();
    (dynamo as unknown as Clients['sqs']).middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        if (!matches(String(context['commandName'])) || answered.has(context)) return answer;
        answered.add(context);
        throw new Unanswered('the answer was lost');
      },
      // Below the SDK's own retries.
      { step: 'finalizeRequest', priority: 'low', name: `lost-${crypto.randomUUID()}` },
    );
  }
}

/**
 * Ends the next put without an answer, once, as after all tries of the SDK. `before`: it never arrived.
 * Otherwise it is stored, and `meanwhile` happens before the writer looks.
 */
export function losePut(
  { clients }: Pick<Functions, 'clients'>,
  meanwhile: 'before' | (() => Promise<unknown>),
): void {
  for (const { dynamo } of clients) {
    let lost = false;
    (dynamo as unknown as Clients['sqs']).middlewareStack.add(
      (next, context) => async (args) => {
        if (lost || context['commandName'] !== 'PutItemCommand') return next(args);
        lost = true;
        if (meanwhile !== 'before') {
          await next(args);
          await meanwhile();
        }
        throw new Unanswered('the answer was lost');
      },
      { step: 'initialize', name: `lost-put-${crypto.randomUUID()}` },
    );
  }
}

/** Holds back each call of a service for which `matches` is true, until the returned function is called. */
export function delayCalls(
  { clients }: Pick<Functions, 'clients'>,
  service: FaultyService,
  matches: (command: string, input: Record<string, unknown>) => boolean,
): Fault {
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  for (const each of clients) {
    (each[service] as Clients['sqs']).middlewareStack.add(
      (next, context) => async (args) => {
        const input = args.input as unknown as Record<string, unknown>;
        if (matches(String(context['commandName']), input)) {
          held.resolve();
          await promise;
        }
        return next(args);
      },
      { step: 'initialize', name: `delay-${crypto.randomUUID()}` },
    );
  }
  return Object.assign(() => resolve(), { unanswered: () => held.promise });
}
