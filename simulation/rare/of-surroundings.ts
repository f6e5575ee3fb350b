/** Rare states of what is around the functions: servers, deployments, limits and clocks. */
import type { Host } from '../host.ts';
import { on } from './make-state.ts';

const NOT_THAT_VERSION: readonly unknown[] = [404, 410, 412];

/** Its people have brought a backup back. */
export const forgottenVersion = on(['restored', 'answered'], () => {
  const restored = new Set<string>();
  return (effect) => {
    if (effect.kind === 'restored') {
      restored.add(effect.server);
      return false;
    }
    const { call, status } = effect;
    const isNamed = call.method === 'PUT' && call.headers['if-match'] !== undefined;
    const server = [...restored].find((base) => call.url.startsWith(base));
    return isNamed && server !== undefined && NOT_THAT_VERSION.includes(status);
  };
});

export const deploymentEnables = on(
  ['reset'],
  (seen) =>
    ({ uuid }) =>
      seen.sources.some(({ plan, state }) => plan.uuid === uuid && state === 'Enabling'),
);

export const fullOfFlight = on(
  ['received'],
  (seen) =>
    ({ queue }) =>
      seen.services.sqs.queue(queue.name).isFull,
);

/** It was frozen for a moment, and its clock is set when it is thawed. */
export const clockGoesBack = on(['frozen', 'thawed'], () => {
  const frozenAt = new WeakMap<Host, number>();
  return ({ kind }, by) => {
    if (by === undefined) return false;
    const before = frozenAt.get(by);
    if (kind === 'frozen') frozenAt.set(by, by.now());
    return kind === 'thawed' && before !== undefined && by.now() < before;
  };
});

/** No code does so. */
export const expired = on(
  ['written'],
  () =>
    ({ after }, by) =>
      after === undefined && by === undefined,
);

/** Lambda has tried its asynchronous invocation again, twice. */
export const diesThreeTimes = on(['logged'], () => {
  const deaths = new Map<string, Set<string>>();
  return ({ requestId, environment }) => {
    const environments = deaths.get(requestId) ?? new Set();
    const isNew = !environments.has(environment);
    deaths.set(requestId, environments.add(environment));
    return isNew && environments.size === 3;
  };
});
