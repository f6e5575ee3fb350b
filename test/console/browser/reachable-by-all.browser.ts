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

test.each(['#/now', `#/message/${DEAD}`, '#/incidents/validate%233'])(
  'a time of yesterday covers nothing in the view %s',
  (hash) => {
    let day = -86_400_000;
    const stage = nightStage(() => Date.now() + day);
    day = 0;
    return look(stage, async ({ page, go }) => {
      await go(hash);
      await settled(page);
      const gaps = await page.locator('li > .time').evaluateAll((times) =>
        times.map((time) => {
          const range = time.ownerDocument.createRange();
          range.selectNodeContents(time);
          const next = time.nextElementSibling?.getBoundingClientRect().left ?? Infinity;
          return next - range.getBoundingClientRect().right;
        }),
      );
      expect(gaps.length).toBeGreaterThan(0);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    });
  },
);

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

// 320 is also a page of 1,280 at a zoom of 400 %: https://www.w3.org/TR/WCAG22/#reflow
describe.each([360, 320])('on a phone of %i', (width) => {
  const phone = { viewport: { width, height: 740 }, hasTouch: true, isMobile: true };

  test.each(VIEWS)('%s is no wider than the screen', (hash) =>
    look(
      nightStage(now),
      async ({ page, go }) => {
        await go(hash);
        await settled(page);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      },
      phone,
    ),
  );
});

test('at any width the ways to the views cover nothing, and nothing covers them', () =>
  look(localStage(now), async ({ page, go }) => {
    await go('#/faults');
    await settled(page);
    const widths = Array.from({ length: 40 }, (_, n) => 640 + n * 20);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 700 });
      const covered = await page.evaluate(`[...document.querySelectorAll('.top nav a, .how > *')]
        .filter((each) => {
          const { x, y, width, height } = each.getBoundingClientRect();
          return width > 0 && !each.contains(document.elementFromPoint(x + width - 2, y + height / 2));
        }).map(({ textContent }) => textContent)`);
      expect(covered, `at ${width}`).toEqual([]);
    }
  }));

test('with colours of the reader’s own, marks are still there, and one way is marked', () =>
  look(
    nightStage(now),
    async ({ page }) => {
      await page.locator('.legend .crashed').waitFor();
      const marks = await page.evaluate(`(() => {
        const colour = (place, pseudo, property) =>
          getComputedStyle(document.querySelector(place), pseudo)[property];
        const paper = colour('body', null, 'backgroundColor');
        const marks = ['.age', '.concerns li.act', '.legend .crashed'];
        return {
          filled: marks.filter((each) => colour(each, '::before', 'backgroundColor') !== paper),
          ways: [...document.querySelectorAll('.top nav a')]
            .filter((each) => getComputedStyle(each).borderBottomColor !== paper)
            .map(({ textContent }) => textContent),
        };
      })()`);
      expect(marks).toEqual({
        filled: ['.age', '.concerns li.act', '.legend .crashed'],
        ways: ['Now'],
      });
    },
    { forcedColors: 'active' },
  ));

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
