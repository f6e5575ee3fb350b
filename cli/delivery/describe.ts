import type { FailingDeliveries } from '../../functions/aws/failing-deliveries.ts';
import { printable } from '../printable.ts';

export function describeFailing({ failing, pending, more }: FailingDeliveries): string {
  const lines = failing.map(({ messageId, source, resourceType, deliveryFailures }) => {
    const { count, since, status } = deliveryFailures;
    const answer = status === 0 ? 'no answer' : `answered ${status}`;
    const from = `${resourceType} of ${source}`.padEnd(32);
    const at = new Date(since).toISOString();
    return printable(`${messageId}  ${from} fails since ${at}: ${count} calls, the last ${answer}`);
  });
  const seen = `${pending}${more ? ' of more that are' : ''} pending`;
  return [...lines, `${failing.length} fail, ${seen}`].join('\n');
}
