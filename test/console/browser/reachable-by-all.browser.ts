import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { localStage } from '../page/support/local-stage.ts';
import { nightStage } from '../page/support/night.ts';
import { look, useBrowser } from './support/looking.ts';

useBrowser();
const now = () => Date.now();

const DEAD = '6f0c00e1-90ab-4c2d-8e77-51d0c8b3a4f2';
const REJECTED = 'e2000001-1b2c-4d3e-9f40-a5b6c7d8e9f0';
const VIEWS = [
  '#/now',
  '#/incidents',
  '#/incidents/validate%233',
  '#/quarantine',
  '#/quarantine?kind=rejection',
  `#/quarantine/${DEAD}`,
  `#/quarantine/${REJECTED}`,
  `#/message/${DEAD}`,
  '#/audit',
];

interface Results {
  readonly passes: readonly unknown[];
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/**
 * Findings of axe, one a line. The debugger injects its script, past the page's content security policy.
 */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { passes, violations } = (await page.evaluate('axe.run()')) as Results;
  expect(passes.length).toBeGreaterThan(10);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}

async function settled(page: Page): Promise<void> {
  await page.locator('main h1, main h2').first().waitFor();
  await page.locator('[aria-busy]').waitFor({ state: 'detached' });
}

describe.each(['light', 'dark'] as const)('axe finds nothing in %s', (colorScheme) => {
  test.each(VIEWS)('in the view %s', (hash) =>
    look(
      nightStage(now),
      async ({ page, go }) => {
        await go(hash);
        await settled(page);
        expect(await findings(page)).toEqual([]);
      },
      { colorScheme },
    ),
  );

  test('in the box of faults, on the tour, and where a reason is requested', () =>
    look(
      localStage(now),
      async ({ page, go }) => {
        await go('#/faults');
        await settled(page);
        expect(await findings(page)).toEqual([]);
        await page.getByRole('button', { name: 'Take the tour' }).click();
        await page.getByRole('heading', { name: 'A patient goes through' }).waitFor();
        expect(await findings(page)).toEqual([]);
        await page.getByRole('button', { name: 'Pause the lane background' }).click();
        await page.getByRole('dialog').waitFor();
        expect(await findings(page)).toEqual([]);
      },
      { colorScheme },
    ));
});

describe('on a phone', () => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

  test.each(VIEWS)('%s is no wider than the screen', (hash) =>
    look(
      nightStage(now),
      async ({ page, go }) => {
        await go(hash);
        await settled(page);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect(width).toBe(360);
      },
      phone,
    ),
  );
});

test('with reduced motion requested, nothing moves', () =>
  look(
    nightStage(now),
    async ({ page }) => {
      await page.locator('.way .dots').first().waitFor({ state: 'attached' });
      expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    },
    { reducedMotion: 'reduce' },
  ));

test('a hidden page closes its stream, and opens it again when it is shown', () =>
  look(nightStage(now), async ({ page }) => {
    await page.getByRole('heading', { name: '1 thing needs you' }).waitFor();
    const setHidden = (hidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    await setHidden(true);
    await page.getByRole('heading', { name: 'When last seen: 1 thing needs you' }).waitFor();
    await setHidden(false);
    await page.getByRole('heading', { name: '1 thing needs you', exact: true }).waitFor();
  }));
