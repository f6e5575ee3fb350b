/** Drills for queues in which messages wait, or whose messages failed for good. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Drill } from './drill.ts';
import { crashing, messageFor } from './texts.ts';

/** Ages are emitted in whole seconds. */
const AGED_MS = 1_500;

export function queueDrill(queue: string, metric: string): Drill | undefined {
  if (metric === 'ApproximateAgeOfOldestMessage') return ageDrill(queue);
  if (metric !== 'ApproximateNumberOfMessagesVisible') return undefined;
  const lane = /-(critical|background)-dead-letter$/.exec(queue)?.[1];
  return lane === undefined ? lostDrill(queue) : deadLetterDrill(queue, lane);
}

function ageDrill(queue: string): Drill {
  return {
    condition: 'nobody reads it, and a message comes',
    async provoke({ stage, stack }) {
      const readAgain = await stage.lambda.stopReading(queue);
      stage.queues.unread(queue);
      await stage.queues.send(queue, messageFor(queue.replace(`${stack}-`, '')));
      return readAgain;
    },
  };
}

/**
 * As for messages that wait with back-off: AWS's age stays, ours moves. Without a name any queue will do.
 */
export function comesAgainDrill(name = 'background'): Drill {
  return {
    condition: 'a message comes for the fourth time',
    async provoke({ stage, stack }) {
      const queue = queueNamed(stack, name);
      const readAgain = await stage.lambda.stopReading(queue);
      stage.queues.unread(queue);
      await stage.queues.send(queue, messageFor(queue.replace(`${stack}-`, '')));
      await wait(AGED_MS);
      return readAgain;
    },
    async again({ stage, stack }) {
      const queue = queueNamed(stack, name);
      await stage.lambda.handOver(queue, await stage.queues.receiveAgain(queue));
    },
  };
}

const queueNamed = (stack: string, name: string) =>
  `${stack}-${name === 'audit' ? 'audit.fifo' : name}`;

function deadLetterDrill(queue: string, lane: string): Drill {
  return {
    condition: '`quarantine` does not read it, and a resource crashes as often as allowed',
    async provoke({ stage, stack }) {
      const readAgain = await stage.lambda.stopReading(queue);
      stage.queues.unread(queue);
      await stage.queues.send(`${stack}-${lane}`, crashing());
      return readAgain;
    },
  };
}

/**
 * In a dead-letter queue, a message was received a thousand times or failed for good. The drill
 * does not wait for that.
 */
function lostDrill(queue: string): Drill {
  return {
    condition: 'a message lies in it, as SQS or Lambda would put it there, and nobody reads it',
    async provoke({ stage, stack }) {
      const readAgain = await stage.lambda.stopReading(queue);
      const name = queue.replace(`${stack}-`, '');
      await stage.queues.send(queue, name === 'monitor-dead-letter' ? messageFor(name) : '{}');
      return readAgain;
    },
  };
}
