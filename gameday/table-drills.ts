import type { Drill } from './drill.ts';
import { crashing, invalid, messageFor, undecided, valid } from './texts.ts';

/** Everything that uses the tables happens while one of them refuses. */
export function tableDrill(table: string): Drill {
  return {
    condition: 'its requests are refused as throttled',
    async provoke({ stage }) {
      return stage.throttle(table);
    },
    async again({ stage, stack }) {
      for (const text of [valid(), invalid(), undecided(), crashing()]) {
        await stage.queues.send(`${stack}-background`, text);
      }
      await stage.queues.send(`${stack}-audit.fifo`, messageFor('audit.fifo'));
      stage.minute();
    },
  };
}
