import { DOWNSTREAM_PORT } from '../downstream/control.ts';
import { type Downstream, startDownstream } from '../downstream/server.ts';

/** The stand-in FHIR server, where the template for it expects one. */
export async function openDownstream(say: (line: string) => void): Promise<Downstream> {
  const downstream = await startDownstream({ port: DOWNSTREAM_PORT });
  say(`a stand-in FHIR server is up at ${downstream.endpoint}`);
  say('  npm run cli -- downstream fail|slow|stop|ok   and   npm run cli -- breaker list');
  return downstream;
}
