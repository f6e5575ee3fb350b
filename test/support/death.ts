/** Makes a process die at a chosen step: after its k-th call to AWS nothing happens any more. */
import type { Downstream } from '../../demo/downstream/server.ts';
import type { Clients } from './functions.ts';

export interface Death {
  /** Resolves when the process is dead. */
  readonly happened: Promise<'died'>;
}

/** The k-th call of the functions' clients still takes effect, but its answer never arrives. */
export function dieAfterCall(
  k: number,
  {
    clients,
    others = [],
  }: { readonly clients: readonly Clients[]; readonly others?: readonly object[] },
): Death {
  const death = Promise.withResolvers<'died'>();
  let calls = 0;
  const never = new Promise<never>(() => {});
  const own = clients.flatMap(({ sqs, sns, s3, dynamo, hastyDynamo }) => [
    ...[sqs, sns, s3, dynamo, hastyDynamo],
  ]);
  for (const client of [...own, ...others]) {
    // All have the same stack; their types differ by the commands that they accept.
    const { middlewareStack } = client as Clients['sqs'];
    middlewareStack.add(
      (next) => async (args) => {
        calls += 1;
        const call = calls;
        if (call > k) return never;
        const answer = await next(args);
        if (call < k) return answer;
        death.resolve('died');
        return never;
      },
      { step: 'initialize', name: 'death' },
    );
  }
  return { happened: death.promise };
}

/** From the moment when the server has stored something, nothing of the process takes effect. */
export function dieOnceStored(server: Downstream, { dynamo }: Clients): Death {
  const death = Promise.withResolvers<'died'>();
  const { onStored } = server;
  let dead = false;
  server.onStored = (...stored) => {
    dead = true;
    onStored(...stored);
  };
  dynamo.middlewareStack.add(
    (next) => (args) => {
      if (!dead) return next(args);
      server.onStored = onStored;
      death.resolve('died');
      return new Promise<never>(() => {});
    },
    { step: 'initialize', name: 'death' },
  );
  return { happened: death.promise };
}
