/** Names that a breaker can have. A breaker with another name would guard nothing. */
import { FHIR_SERVER, isFhirServer } from '../../core/delivery/delivery-targets.ts';
import { TERMINOLOGY_SERVER } from '../../functions/validate/terminology/service.ts';
import { closest } from '../../terminal/closest.ts';
import { UsageError } from '../usage-error.ts';
import { readBreakers } from './read.ts';

/** @throws UsageError unless the service is one that we call, or one in the stage's table. */
export async function knownService(stage: string, service: string): Promise<string> {
  const ours = [FHIR_SERVER, TERMINOLOGY_SERVER];
  // The breaker of a source's own server may be needed before it has ever failed; the config lists them.
  if (ours.includes(service) || isFhirServer(service)) return service;
  const there = (await readBreakers(stage)).map((breaker) => breaker.service);
  const known = [...new Set([...ours, ...there])].sort();
  if (known.includes(service)) return service;
  const meant = closest(service, known);
  const hint = meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
  throw new UsageError(`no breaker ${service} in ${stage}: ${hint}`);
}
