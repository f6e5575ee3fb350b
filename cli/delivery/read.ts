import { type FailingDeliveries, failingDeliveries } from '../../aws/failing-deliveries.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { tableNamed } from '../clients.ts';
import { explained } from '../target.ts';

/** Maximum number of items: each costs a read of its whole item. */
const LOOKED_AT_MAX = 10_000;

/**
 * Deliveries that have been failing since before `since`. @throws TargetError if the table does not
 * answer
 */
export async function readFailing(stage: string, since: number): Promise<FailingDeliveries> {
  const table = resourceName(stage, 'resources');
  try {
    return await failingDeliveries(tableNamed(table), since, LOOKED_AT_MAX);
  } catch (error) {
    throw explained(error, `table ${table}`);
  }
}
