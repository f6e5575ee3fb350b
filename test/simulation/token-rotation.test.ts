import { expect, test } from 'vitest';
import { TOKEN_SECRETS } from '../../simulation/outside.ts';
import { Random } from '../../simulation/random.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { rotateTokens } from '../../simulation/token-rotation.ts';

test('servers and secrets get the same new tokens, in either order and not at once', async () => {
  const first = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const scheduler = new Scheduler(seed);
    const old = Object.values(TOKEN_SECRETS).map((arn) => [arn, 'old'] as const);
    const secrets = new Map<string, string>(old);
    const acceptedBy = rotateTokens(secrets, 5_000, { scheduler, random: new Random(seed) });
    const now = () => [secrets.get(TOKEN_SECRETS.shared), acceptedBy('shared')];
    expect(now()).toEqual(['old', 'old']);
    await scheduler.run(() => false, scheduler.startedAt + 5_001);
    const [secret, server] = now();
    expect([secret, server].filter((token) => token === 'old')).toHaveLength(1);
    first.add(secret === 'old' ? 'server' : 'secret');
    await scheduler.run(() => false, scheduler.startedAt + 130_000);
    const [later] = now();
    expect(now()).toEqual([later, later]);
    expect(later).not.toBe('old');
  }
  expect(first).toEqual(new Set(['server', 'secret']));
});

test('they stay where nobody rotates them', () => {
  const secrets = new Map([[TOKEN_SECRETS.shared as string, 'old']]);
  const scheduler = new Scheduler(1);
  expect(rotateTokens(secrets, 0, { scheduler, random: new Random(1) })('shared')).toBe('old');
});
