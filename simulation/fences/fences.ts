/** The fences that `npm run simulate:fences` takes out, one at a time. */
import type { Fence } from './fence.ts';
import { OF_AUDIT } from './of-audit.ts';
import { OF_BREAKERS } from './of-breakers.ts';
import { OF_DELIVERIES } from './of-deliveries.ts';
import { OF_ENTRIES } from './of-entries.ts';
import { OF_ERASURES } from './of-erasures.ts';
import { OF_INCIDENTS } from './of-incidents.ts';
import { OF_MESSAGES } from './of-messages.ts';
import { OF_SUPERVISION } from './of-supervision.ts';

export const FENCES: readonly Fence[] = [
  ...OF_AUDIT,
  ...OF_INCIDENTS,
  ...OF_MESSAGES,
  ...OF_ENTRIES,
  ...OF_ERASURES,
  ...OF_BREAKERS,
  ...OF_DELIVERIES,
  ...OF_SUPERVISION,
];
