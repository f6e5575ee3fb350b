/** `audit` dies after each of its calls to AWS. The next invocation leaves a correct log. */
import { expect, test } from 'vitest';
import { entriesOf, factOf, loadAudit, tell, verify } from '../../support/audit.ts';
import { deliver } from '../../support/delivery.ts';
import { dieAtEveryStep, type Story } from '../../support/die-at-every-step.ts';
import { depthOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();

const story: Story = {
  build: () => buildWorld(),
  queue: ({ queues }) => queues.audit,
  load: () => loadAudit(),
  prepare: (world) => tell(world, factOf('a'), 'not a fact', factOf('b'), factOf('a')),
  async finish(world) {
    const { handler } = await loadAudit();
    await tell(world, factOf('c'), factOf('b'));
    while ((await depthOf(world.queues.audit)) > 0) await deliver(handler, world.queues.audit);
  },
  async check(world) {
    const kinds = (await entriesOf(world)).map(({ kind }) => kind);
    expect(kinds).toEqual(['configuration', 'redrive', 'unreadable', 'redrive', 'redrive']);
    const verification = await verify(world);
    expect(verification).toMatchObject({ head: { sequence: 5 }, touched: [] });
    expect(verification).not.toHaveProperty('problem');
  },
};

test('R40: no fact is lost or entered twice, and the chain is whole', async () => {
  expect(await dieAtEveryStep(story)).toBeGreaterThanOrEqual(11);
});

test('R40: the same holds if a chain existed before', async () => {
  const build = async (): Promise<World> => {
    const world = await buildWorld();
    const { handler } = await loadAudit();
    await tell(world, factOf('z'));
    await deliver(handler, world.queues.audit);
    return world;
  };
  const check = async (world: World) => {
    expect(await entriesOf(world)).toHaveLength(6);
    expect(await verify(world)).not.toHaveProperty('problem');
  };
  expect(await dieAtEveryStep({ ...story, build, check })).toBeGreaterThanOrEqual(11);
});
