/** Makes chosen calls of the functions' SDK clients fail, where the emulators never do. */
import type { Clients, Functions } from './functions.ts';

export type FaultyService = 'sqs' | 'sns' | 's3' | 'dynamo' | 'hastyDynamo';

class InjectedFault extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
  readonly $fault = 'client';
}

/**
 * Fails each call of a service for which `matches` says so, given the command's name and input,
 * until the returned function is called. `hang`: no answer comes. `lose`: it is done, and no answer
 * comes.
 */
export function failCalls(
  { clients }: Pick<Functions, 'clients'>,
  service: FaultyService,
  matches: (command: string, input: Record<string, unknown>) => boolean,
  how: 'fail' | 'hang' | 'lose' = 'fail',
): () => void {
  const name = `fault-${crypto.randomUUID()}`;
  const stacks = clients.map((each) => (each[service] as Clients['sqs']).middlewareStack);
  for (const stack of stacks) {
    stack.add(
      (next, context) => async (args) => {
        const input = args.input as unknown as Record<string, unknown>;
        if (!matches(String(context['commandName']), input)) return next(args);
        if (how === 'lose') await next(args);
        if (how !== 'fail') return new Promise<never>(() => {});
        throw new InjectedFault('injected');
      },
      { step: 'initialize', name },
    );
  }
  return () => {
    for (const stack of stacks) stack.remove(name);
  };
}
