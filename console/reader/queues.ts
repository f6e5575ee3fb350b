import { depthsOf } from '../../aws/queue-depths.ts';
import { queueAt } from '../../cli/clients.ts';
import type { QueueView } from '../contract/snapshot.ts';
import { placeOf, shortOf } from './names.ts';

/** @param ageOf the age of a queue's oldest message, as far as metrics report it */
export async function readQueues(
  stage: string,
  urls: readonly string[],
  ageOf: (queue: string) => number | undefined,
): Promise<QueueView[]> {
  const found = await Promise.all(
    urls.map(async (url): Promise<QueueView[]> => {
      const name = shortOf(stage, url.split('/').at(-1) ?? '');
      const place = placeOf(name);
      if (place === undefined) return [];
      const depths = await depthsOf(queueAt(url));
      const age = depths.waiting + depths.inFlight + depths.delayed === 0 ? 0 : ageOf(name);
      return [{ name, ...place, ...depths, ...(age !== undefined && { oldestAgeMs: age }) }];
    }),
  );
  return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}
