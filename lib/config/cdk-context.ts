/** What `-c key=value` says, as the CDK passes it to the programs of cdk.json. */
import { readFileSync } from 'node:fs';

type Context = Readonly<Record<string, unknown>>;

/** The same as `new App().node.getAllContext()`, without the CDK. */
export function cdkContext(env: NodeJS.ProcessEnv): Context {
  const inline = env['CDK_CONTEXT_JSON'];
  // What is too long for an environment variable is in a file.
  const file = env['CONTEXT_OVERFLOW_LOCATION_ENV'];
  return {
    ...(inline ? (JSON.parse(inline) as Context) : {}),
    ...(file ? (JSON.parse(readFileSync(file, 'utf8')) as Context) : {}),
  };
}
