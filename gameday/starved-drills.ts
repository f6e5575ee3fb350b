/** Functions that have too little memory, or too little concurrency. */
import type { MetricRef } from './alarms.ts';
import type { Drill } from './drill.ts';

const AT_ONCE = 6;

export function starvedDrill({ name, dimensions }: MetricRef): Drill | undefined {
  const { FunctionName } = dimensions;
  if (name === 'Throttles' && FunctionName !== undefined) return throttleDrill(FunctionName);
  return name === 'MemoryPercent' ? memoryDrill('quarantine') : undefined;
}

function throttleDrill(functionName: string): Drill {
  return {
    condition: `with a reserved concurrency of 1, ${AT_ONCE} want it at once`,
    starved: true,
    provoke: async () => undefined,
    async again({ stage }) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => stage.lambda.invoke(functionName)));
    },
  };
}

/** `name` is the function's without the stage's prefix. */
function memoryDrill(name: string): Drill {
  return {
    condition: 'it was deployed with hardly more memory than it uses',
    starved: true,
    provoke: async () => undefined,
    async again({ stage, stack }) {
      await stage.lambda.invoke(`${stack}-${name}`);
    },
  };
}
