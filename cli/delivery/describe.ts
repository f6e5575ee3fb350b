import type { FailingDeliveries } from '../../aws/failing-deliveries.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';

export function describeFailing(
  { failing, pending, more }: FailingDeliveries,
  now: number,
): string {
  const lines = failing.map(({ messageId, source, resourceType, deliveryFailures }) => {
    const { count, since, status } = deliveryFailures;
    const answer = status === 0 ? 'no answer' : `answered ${status}`;
    const from = `${resourceType} of ${source}`.padEnd(32);
    const at = formatTime(since, now);
    return printable(
      `${messageId}  ${from} has failed since ${at}: ${count} calls, the last ${answer}`,
    );
  });
  const seen = `${pending}${more ? ' of more that are' : ''} pending`;
  const sum = failing.length === 0 ? 'Nothing fails' : `${failing.length} fail`;
  return [...lines, `${sum}, ${seen}`].join('\n');
}
