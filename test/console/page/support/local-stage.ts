/** Beside `npm start -- --downstream`: with a box of faults, before anything has happened. */
import type { FakeStage } from './fake-stage.ts';
import { quietStage } from './stages.ts';

export function localStage(now: () => number): FakeStage {
  const stage = quietStage(now);
  const server = { mode: 'ok', calls: {} } as const;
  return {
    ...stage,
    hello: { ...stage.hello, place: 'http://127.0.0.1:4566', stage: 'dev', local: true },
    local: {
      servers: [
        { name: 'downstream', ...server, resources: 0 },
        { name: 'terminology', ...server },
      ],
      functions: ['validate-critical', 'validate-background', 'deliver', 'incident'].map(
        (name) => ({ name, environments: 2, broken: false }),
      ),
    },
  };
}
