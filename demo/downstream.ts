import { DOWNSTREAM_PORT, TERMINOLOGY_PORT } from '../cli/downstream/control.ts';
import { startDownstream } from './downstream/server.ts';
import { startTerminology } from './downstream/terminology.ts';

export interface Downstreams {
  /** How many resources the stand-in FHIR server has. */
  delivered(): number;
  close(): Promise<void>;
}

/** The stand-ins for the external servers, at the addresses in their template. */
export async function openDownstream(say: (line: string) => void): Promise<Downstreams> {
  const downstream = await startDownstream({ port: DOWNSTREAM_PORT });
  const terminology = await startTerminology({ port: TERMINOLOGY_PORT }).catch(async (error) => {
    await downstream.stop();
    throw error;
  });
  say(`a stand-in FHIR server is up at ${downstream.endpoint}`);
  say(`a stand-in terminology server is up at ${terminology.endpoint}`);
  say(
    '  npm run cli -- downstream|terminology fail|slow|stop|ok   and   npm run cli -- breaker list',
  );
  return {
    delivered: () => downstream.resources.size,
    async close() {
      await downstream.stop();
      await terminology.stop();
    },
  };
}
