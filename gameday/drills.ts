/**
 * How the condition of each alarm is provoked. Drills of a kind are made from what the alarm reads, so that
 * a queue or function that is added later has its own; alarms on the pipeline itself have one by
 * name. An alarm that matches no rule here has no drill, and the game day fails.
 */
import type { AlarmPlan } from './alarms.ts';
import type { Drill } from './drill.ts';
import { storyDrill } from './pipeline-drills.ts';
import { comesAgainDrill, queueDrill } from './queue-drills.ts';
import { starvedDrill } from './starved-drills.ts';

export function drillOf(alarm: AlarmPlan): Drill | undefined {
  const [metric] = alarm.metrics;
  if (metric === undefined) return undefined;
  const { QueueName, FunctionName } = metric.dimensions;
  if (metric.name === 'OldestAge') return comesAgainDrill(metric.dimensions['queue']);
  if (QueueName !== undefined) return queueDrill(QueueName, metric.name);
  if (FunctionName !== undefined && metric.name === 'Errors') return errorDrill(FunctionName);
  return starvedDrill(metric) ?? storyDrill(alarm.name);
}

function errorDrill(functionName: string): Drill {
  if (functionName.endsWith('-resend')) return killDrill(functionName);
  return {
    condition: 'it is invoked with an event that is none',
    async provoke({ stage }) {
      await stage.lambda.invoke(functionName, 'no event');
      return undefined;
    },
  };
}

/** It reads nothing from its event, so it fails only if its process dies. */
function killDrill(functionName: string): Drill {
  return {
    condition: 'its process is killed under an invocation',
    provoke: async () => undefined,
    async again({ stage }) {
      const invoked = stage.lambda.invoke(functionName);
      const ended = invoked.then(() => true);
      while (!(await Promise.race([ended, soon()]))) {
        for (const { functionName: name, pid } of stage.runtime.environments()) {
          if (name === functionName) process.kill(pid, 'SIGKILL');
        }
      }
    },
  };
}

const soon = () => new Promise<false>((resolve) => setTimeout(resolve, 20, false));
