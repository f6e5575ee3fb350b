import { DOWNSTREAM_PORT, TERMINOLOGY_PORT } from './downstream/control.ts';
import { startDownstream } from './downstream/server.ts';
import { startTerminology } from './downstream/terminology.ts';

/** The stand-ins for the servers outside, where the template for them expects them. Returns their end. */
export async function openDownstream(say: (line: string) => void): Promise<() => Promise<void>> {
  const downstream = await startDownstream({ port: DOWNSTREAM_PORT });
  const terminology = await startTerminology({ port: TERMINOLOGY_PORT });
  say(`a stand-in FHIR server is up at ${downstream.endpoint}`);
  say(`a stand-in terminology server is up at ${terminology.endpoint}`);
  say(
    '  npm run cli -- downstream|terminology fail|slow|stop|ok   and   npm run cli -- breaker list',
  );
  return async () => {
    await downstream.stop();
    await terminology.stop();
  };
}
