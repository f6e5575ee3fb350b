import { expect, test } from 'vitest';
import { nightStage } from '../page/support/night.ts';
import { giveReason } from './support/browser.ts';
import { look, useBrowser } from './support/looking.ts';

useBrowser();

const SCRIPT = `"><img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)>'{{7*7}}\u202E\u0000`;

/** Every string is one that an attacker would write, except ids and kinds that we choose. */
function poisoned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(poisoned) as T;
  if (typeof value !== 'object' || value === null) return value;
  const TAINTED = [
    'reason',
    'source',
    'file',
    'by',
    'why',
    'text',
    'message',
    'actor',
    'name',
    'what',
  ];
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && TAINTED.includes(key) ? `${each} ${SCRIPT}` : poisoned(each),
    ]),
  ) as T;
}

test('script in every string stays text, in every view', () => {
  const { now: _, flow, ...rest } = nightStage(() => Date.now());
  const stage = { ...poisoned(rest), now: () => Date.now(), flow };
  const [entry] = stage.entries;
  const id = entry?.id ?? '';
  const body = JSON.stringify({ resourceType: 'Patient', name: [{ family: SCRIPT }] }, null, 2);
  const issue = { severity: 'error', code: 'value', text: SCRIPT, lines: [4] } as const;
  stage.bodies[id] = { body, issues: [issue], truncated: false };
  return look(stage, async ({ page, go }) => {
    await page.getByText('The breaker of').first().waitFor();
    for (const hash of ['#/incidents/validate%232', '#/quarantine', '#/audit']) {
      await go(hash);
      await page.locator('main').getByText('<script>').first().waitFor();
    }
    await go(`#/message/${id}`);
    await page.locator('main').getByText('<script>').first().waitFor();
    await go(`#/quarantine/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await giveReason(page, 'ticket 4711', 'Reveal');
    expect(await page.locator('ol.body').textContent()).toContain('<script>alert(2)</script>');
    await go(`#/quarantine?text=${encodeURIComponent(SCRIPT)}`);
    await page.getByLabel('Reason has').waitFor();
    expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
  });
});
