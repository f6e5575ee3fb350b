/** Environment variables of the functions, from the built template, for functions that run without a runtime. */
import { join } from 'node:path';
import { type BuildTarget, ensureBuilt } from '../demo/build.ts';
import { resourceName } from '../lib/config/stage-config.ts';
import { accountVariables } from '../packages/local-lambda/lambda/function-spec.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { planOf } from '../packages/local-lambda/template/plan.ts';

const ROOT = join(import.meta.dirname, '..');
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** By the function's name without the stage's prefix. */
export async function functionEnvs(
  target: BuildTarget,
): Promise<Map<string, Record<string, string>>> {
  await ensureBuilt(ROOT, console.error, target);
  const { functions } = planOf(await readAssembly(join(ROOT, target.assembly)), NOWHERE);
  // A role's credentials have a token, which is signed too.
  const own = {
    ...accountVariables(),
    AWS_SESSION_TOKEN: 'bench',
    PATH: process.env['PATH'] ?? '',
  };
  return new Map(
    functions.map(({ name, properties }) => [
      name.replace(resourceName('dev', ''), ''),
      { ...properties.Environment?.Variables, ...own },
    ]),
  );
}
