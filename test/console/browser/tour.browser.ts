import { expect, test } from 'vitest';
import { localStage } from '../page/support/local-stage.ts';
import { giveReason } from './support/browser.ts';
import { look, useBrowser } from './support/looking.ts';

useBrowser();

test('the tour leads from the first patient to a healed breaker', () =>
  look(
    localStage(() => Date.now()),
    async ({ page, go }) => {
      const step = page
        .getByRole('region', { name: /./ })
        .filter({ hasText: 'Kill it, watch it heal' });
      const goOn = () => step.getByRole('button', { name: 'Go on' }).click();
      await go('#/faults');
      await page.getByRole('button', { name: 'Take the tour' }).click();
      await step.getByRole('button', { name: 'Send a patient' }).click();
      await step.getByText('It is stored.').waitFor();
      await goOn();
      await step.getByRole('button', { name: 'Send 12 killers' }).click();
      await step.getByText('One incident is open').waitFor();
      await goOn();
      await page.getByRole('link', { name: 'Incident validate#1 is open' }).click();
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await giveReason(page, 'it is only a tour', 'Acknowledge');
      await page.getByRole('link', { name: 'Now' }).click();
      await step.getByText('It is yours now').waitFor();
      await goOn();
      await step.getByRole('button', { name: 'Take it down' }).click();
      await step.getByText('The breaker is open.').waitFor();
      await page.getByText(/0:0\d to the next probe/).waitFor();
      await goOn();
      await step.getByRole('button', { name: 'Bring it back' }).click();
      await step.getByText('It is closed').waitFor();
      await step.getByRole('button', { name: 'End' }).click();
      expect(await step.count()).toBe(0);
    },
  ));

test('the box of faults sends, floods, breaks and repairs, and shows the command that does the same', () =>
  look(
    localStage(() => Date.now()),
    async ({ page, go }) => {
      await go('#/faults');
      await page.getByRole('button', { name: 'A good patient' }).click();
      await page.getByText('One good is sent to background').first().waitFor();
      expect(await page.locator('.command').textContent()).toContain('npm run cli -- submit');
      await page.getByRole('link', { name: 'Its life' }).click();
      await page.getByRole('heading', { name: 'It is stored' }).waitFor();
      await go('#/faults');
      await page.getByRole('button', { name: 'Break validate-background' }).click();
      await page.getByRole('button', { name: 'Mend validate-background' }).click();
      await page.getByRole('button', { name: 'Break validate-background' }).waitFor();
      const fails = page.getByRole('group', { name: 'FHIR server' }).getByLabel(/^fails/);
      await fails.click();
      await expect.poll(() => fails.isChecked()).toBe(true);
    },
  ));
