import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { nightStage } from '../page/support/night.ts';
import { giveReason } from './support/browser.ts';
import { look, useBrowser } from './support/looking.ts';

useBrowser();
const now = () => Date.now();

test('an incident is acknowledged with a reason, which the audit log has', () =>
  look(nightStage(now), async ({ page, go }) => {
    await page.getByRole('link', { name: 'Incident validate#3 is open' }).click();
    await page.getByRole('heading', { name: 'validate#3 is open' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    const button = page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' });
    expect(await button.isDisabled()).toBe(true);
    await giveReason(page, 'on it', 'Acknowledge');
    await page.getByRole('heading', { name: 'validate#3 is acknowledged' }).waitFor();
    await go('#/audit');
    const row = page.getByRole('row', { name: /incident-acknowledged/ });
    expect(await row.textContent()).toMatch(/ada@example.org.*on it.*validate#3/s);
  }));

test('a redrive of all that match is counted first, shows its progress, and can be stopped', () =>
  look(nightStage(now), async ({ page, stage }) => {
    await page.getByRole('link', { name: 'Quarantine', exact: true }).click();
    expect(await page.getByRole('button', { name: /Redrive/ }).count()).toBe(0);
    await page.getByRole('link', { name: /birthDate: is no date/ }).click();
    expect(page.url()).toContain('#/quarantine?fingerprint=3ac8810f5d2e97b4');
    await page.getByRole('button', { name: 'Redrive …' }).click();
    await page.getByRole('heading', { name: 'Redrive 95 entries?' }).waitFor();
    await giveReason(page, 'the parser is mended', 'Redrive 95');
    await page.getByText('Redrive of 95 entries has begun.').waitFor();
    const progress = page.getByRole('progressbar', { name: /Redrive by ada/ });
    await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page
      .getByText(/stopped/)
      .first()
      .waitFor();
    const redriven = stage.entries.filter(({ status }) => status === 'redriven').length;
    expect(redriven).toBeGreaterThan(0);
    expect(redriven).toBeLessThan(95);
    // The page counts what is left by itself.
    await page.getByRole('heading', { name: `${95 - redriven} entries, for 1 reason` }).waitFor();
  }));

test('the address holds the filters: a link shows the same entries, and Back works', () =>
  look(nightStage(now), async ({ page, go }) => {
    await go('#/quarantine?kind=dead-letter');
    await page.getByRole('heading', { name: '16 entries, for 2 reasons' }).waitFor();
    await page.getByLabel('Reason has').fill('EXIT');
    await page.getByLabel('Reason has').press('Enter');
    await page.getByRole('heading', { name: '12 entries, for 1 reason' }).waitFor();
    expect(page.url()).toContain('?kind=dead-letter&text=EXIT');
    await page.goBack();
    await page.getByRole('heading', { name: '16 entries, for 2 reasons' }).waitFor();
  }));

test('R42: a body is masked until a reason is given, and the audit log has the reason', () => {
  const stage = nightStage(now);
  const [entry] = stage.entries.filter(({ kind }) => kind === 'rejection');
  const id = entry?.id ?? '';
  const body = JSON.stringify({ resourceType: 'Patient', birthDate: '31.02.1980' }, null, 2);
  const issue = { ...entry?.issues?.[0], severity: 'error', code: 'value' } as const;
  const issues = [{ ...issue, text: '31.02.1980 is no date', lines: [3] }];
  stage.bodies[id] = { body, issues, truncated: false };
  return look(stage, async ({ page, go }) => {
    await go(`#/quarantine/${id}`);
    await page.getByText('Masked: only the elements').waitFor();
    expect(await page.getByText('31.02.1980').count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await giveReason(page, 'ticket 4711', 'Reveal');
    const line = page.locator('ol.body > li.wrong');
    expect(await line.textContent()).toMatch(/"birthDate": "31.02.1980".*31.02.1980 is no date/s);
    await go('#/audit');
    expect(await page.getByRole('row', { name: /phi-read/ }).textContent()).toMatch(
      /ada.*ticket 4711/s,
    );
    await go(`#/quarantine/${id}`);
    await page.getByText('Masked: only the elements').waitFor();
    expect(await page.getByText('31.02.1980').count()).toBe(0);
  });
});

test('a refusal is shown where the act was requested, and the act can be tried again', () => {
  const stage = nightStage(now);
  const id = stage.entries[0]?.id ?? '';
  return look(stage, async ({ page, go }) => {
    await go(`#/quarantine/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('ticket 4711');
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('alert').getByText('Its body is gone.').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

test('without --operate nothing can be done, and reading still works', () => {
  const stage = nightStage(now);
  stage.hello = { ...stage.hello, operate: false };
  return look(stage, async ({ page, go }) => {
    await page.getByText('read-only').waitFor();
    await go('#/incidents/validate%233');
    await page.getByRole('heading', { name: 'validate#3 is open' }).waitFor();
    expect(await page.getByRole('button', { name: /Acknowledge|Resolve/ }).count()).toBe(0);
    await go('#/quarantine?kind=dead-letter');
    await page.getByRole('heading', { name: /16 entries/ }).waitFor();
    expect(await page.getByRole('button', { name: /Redrive|Discard/ }).count()).toBe(0);
  });
});

test('with the keyboard alone, an operator gets from the first line to an acknowledged incident', () =>
  look(nightStage(now), async ({ page }) => {
    await page.getByRole('heading', { name: '1 thing needs you' }).waitFor();
    await tabTo(page, 'Incident validate#3 is open');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'validate#3 is open' }).waitFor();
    await tabTo(page, 'Acknowledge …');
    await page.keyboard.press('Enter');
    await page.keyboard.type('on it');
    await tabTo(page, 'Acknowledge');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'validate#3 is acknowledged' }).waitFor();
    await page.getByText('validate#3 is acknowledged').last().waitFor();
  }));

/** Presses Tab until the focused element has that text, and checks that the focus is visible. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus-visible');
    if ((await focused.count()) === 1 && (await focused.textContent())?.trim() === text) return;
  }
  expect.fail(`Tab does not lead to ${text}`);
}
