/** `npm run destroy:local`: deletes what `npm run deploy:local` with the same settings deployed. */
import { ASSEMBLY, synthesize } from './deploy-stack.ts';
import { destroyStack } from './destroy-stack.ts';
import { quiet, runLocalCommand, say } from './local-command.ts';
import { openLocalTarget } from './local-target.ts';

async function destroy({ context = [] }: { context?: string[] }): Promise<void> {
  const { emulator, env } = await openLocalTarget();
  const stack = await synthesize(ASSEMBLY, context, env);
  say(`destroying ${stack.stackName} on ${emulator.name} at ${emulator.endpoint}`);
  const there = await destroyStack({ stack, env, quiet });
  say(`${stack.stackName} ${there ? 'is gone' : 'was not there'}`);
}

await runLocalCommand(
  'destroy:local',
  'Destroy the stack on LocalStack or MiniStack at AWS_ENDPOINT_URL, and its data.',
  destroy,
);
