/** Which emulator answers at AWS_ENDPOINT_URL, if we may deploy there. */
import { THIS_MACHINE } from '../terminal/this-machine.ts';

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';
const HOW =
  'start one by `npm run emulator` in another terminal, or see docs/deploy.md for LocalStack';

export type EmulatorName = 'MiniStack' | 'LocalStack';
export interface Emulator {
  readonly name: EmulatorName;
  readonly endpoint: string;
}

/** There is nothing that we may deploy to; the message is one line that says what to do. */
export class EndpointRefused extends Error {
  override readonly name = 'EndpointRefused';
}

/** AWS_ENDPOINT_URL or the default. Throws {@link EndpointRefused} if it is not this machine. */
export function loopbackEndpoint(env: NodeJS.ProcessEnv): string {
  const given = env['AWS_ENDPOINT_URL'] || DEFAULT_ENDPOINT;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !THIS_MACHINE.includes(url.hostname)) {
    throw new EndpointRefused(
      `AWS_ENDPOINT_URL ${given} is not on this machine: deploy:local takes a loopback address only`,
    );
  }
  // A bucket's name before it needs DNS.
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url.origin;
}

const HEALTH: readonly (readonly [EmulatorName, string])[] = [
  // In this order: MiniStack answers to LocalStack's address too.
  ['MiniStack', '/_ministack/health'],
  ['LocalStack', '/_localstack/health'],
];

/** Asks the endpoint what it is. Throws {@link EndpointRefused} if it is not an emulator. */
export async function identifyEmulator(endpoint: string): Promise<Emulator> {
  for (const [name, path] of HEALTH) {
    const answer = await ask(`${endpoint}${path}`);
    if (answer === undefined) {
      throw new EndpointRefused(`nothing answers at ${endpoint}: ${HOW}`);
    }
    if (answer.ok) return { name, endpoint };
  }
  throw new EndpointRefused(
    `what answers at ${endpoint} is neither LocalStack nor MiniStack (npm start's gateway takes no deployments): ${HOW}`,
  );
}

/** LocalStack reads its catalogue of services at the first unknown path: seconds on a busy machine. */
const PATIENCE_MS = 20_000;

const ask = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
