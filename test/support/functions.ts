/** Loads the functions anew, as a cold environment does: with the environment variables of now. */
import { vi } from 'vitest';
import type { SqsHandler } from './delivery.ts';

export type Clients = typeof import('../../functions/aws/clients.ts');

export interface Functions {
  readonly validate: SqsHandler;
  readonly quarantine: SqsHandler;
  readonly incident: SqsHandler;
  /** The SDK clients of each, to inject faults into. */
  readonly clients: readonly Clients[];
  close(): Promise<void>;
}

/** Each has modules of its own, for on AWS no two functions share a process. */
export async function loadFunctions(): Promise<Functions> {
  const clients: Clients[] = [];
  const anew = async () => {
    vi.resetModules();
    clients.push(await import('../../functions/aws/clients.ts'));
  };
  await anew();
  const validate = await import('../../functions/validate/handler.ts');
  await anew();
  const quarantine = await import('../../functions/quarantine/handler.ts');
  await anew();
  const incident = await import('../../functions/incident/handler.ts');
  return {
    validate: validate.handler as unknown as SqsHandler,
    quarantine: quarantine.handler as unknown as SqsHandler,
    incident: incident.handler as unknown as SqsHandler,
    clients,
    close: () => validate.pool.close(),
  };
}
