/** Logical ids and names as of commit 34fc2e8. A change would replace the resource and lose its data. */
import { expect, it } from 'vitest';
import pinned from './stateful-resources.json' with { type: 'json' };
import { statefulResources } from './stateful-resources.ts';

const stages = [
  { stage: 'dev', before: pinned.dev, now: statefulResources({ stage: 'dev' }) },
  { stage: 'prod', before: pinned.prod, now: statefulResources({ stage: 'prod' }) },
  {
    stage: 'prod, production or not',
    before: pinned.prod,
    now: statefulResources({ stage: 'prod', production: 'false' }),
  },
];

it.each(stages)(
  'stateful resources of stage $stage keep their ids and names',
  ({ before, now }) => {
    expect(Object.keys(before).length).toBeGreaterThan(50);
    expect(now).toMatchObject(before);
  },
);
