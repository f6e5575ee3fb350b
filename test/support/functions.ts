/** Loads the functions anew, as a cold environment does: with the environment variables of now. */
import { vi } from 'vitest';
import type { SqsHandler } from './delivery.ts';

export interface Functions {
  readonly validate: SqsHandler;
  readonly quarantine: SqsHandler;
  readonly incident: SqsHandler;
  /** The clients that the functions use, to inject faults into. */
  readonly clients: typeof import('../../functions/aws/clients.ts');
  close(): Promise<void>;
}

export async function loadFunctions(): Promise<Functions> {
  vi.resetModules();
  const clients = await import('../../functions/aws/clients.ts');
  const validate = await import('../../functions/validate/handler.ts');
  const quarantine = await import('../../functions/quarantine/handler.ts');
  const incident = await import('../../functions/incident/handler.ts');
  return {
    validate: validate.handler as unknown as SqsHandler,
    quarantine: quarantine.handler as unknown as SqsHandler,
    incident: incident.handler as unknown as SqsHandler,
    clients,
    close: () => validate.pool.close(),
  };
}
