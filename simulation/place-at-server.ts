/** Where a source's resources are delivered (simulation/deployment.ts). */
import { SERVERS, type Source } from './outside.ts';
import type { Submission } from './submission.ts';

const TARGETS: Readonly<Record<Source, { readonly server: string; readonly prefix: string }>> = {
  'hospital-a': { server: SERVERS.shared, prefix: 'a-' },
  'hospital-b': { server: SERVERS.shared, prefix: 'b-' },
  clinic: { server: SERVERS.clinic, prefix: '' },
};

export function placeOf({
  source,
  resourceType,
  id,
}: Pick<Submission, 'source' | 'resourceType' | 'id'>) {
  const { server, prefix } = TARGETS[source as Source];
  const key = `${resourceType}/${prefix}${id}`;
  return { server, key, place: `${server} ${key}` };
}
