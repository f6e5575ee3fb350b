import { expect, test } from 'vitest';
import { nightStage } from '../page/support/night.ts';
import { quietStage } from '../page/support/stages.ts';
import { look, useBrowser } from './support/looking.ts';

useBrowser();
const now = () => Date.now();

test('the token disappears from the address, and a quiet stage says that all is well', () =>
  look(quietStage(now), async ({ page }) => {
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    expect(page.url()).toMatch(/#\/now$/);
    await page.getByText('No crash lately. 10 within 5 min open an incident.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
  }));

test('before the first figures arrive, the page says what it is reading', () =>
  look({ ...quietStage(now), silent: true }, async ({ page }) => {
    await page.getByText('Reading the stage …').waitFor();
    await page.getByText('connecting …').waitFor();
  }));

test('at night it lists what needs somebody, the worst first', () =>
  look(nightStage(now), async ({ page }) => {
    await page.getByRole('heading', { name: '1 thing needs you' }).waitFor();
    const concerns = await page.locator('.concerns li').allInnerTexts();
    expect(concerns[0]).toMatch(/^Incident validate#3 is open/);
    expect(concerns.join()).toMatch(
      /The lane delivery is paused.*The breaker of fhir-server is open/s,
    );
    await page.getByText(/0:\d\d to the next probe, after 4 probes that failed/).waitFor();
  }));

test('what may not be read is shown as such, and as nothing else', () => {
  const message = 'User ada is not allowed to perform dynamodb:Scan on Audit';
  const trouble = { kind: 'no-permission', message, since: now() } as const;
  const stage = { ...quietStage(now), troubles: { audit: trouble }, unknown: ['audit'] as const };
  return look(stage, async ({ page, go }) => {
    await page.getByRole('heading', { name: 'Nothing needs you; 1 thing to know' }).waitFor();
    await go('#/audit');
    await page.getByText('Your credentials may not read this.').waitFor();
    await page.getByText(message).first().waitFor();
  });
});

test('a figure that cannot be read keeps its last value and shows its age', () => {
  const trouble = { kind: 'failing', message: 'SQS is throttling', since: now() - 90_000 } as const;
  return look({ ...quietStage(now), troubles: { queues: trouble } }, async ({ page }) => {
    await page.getByText(/As of 1 m 3\d s ago: SQS is throttling/).waitFor();
    await page.getByRole('heading', { name: '1 thing needs you' }).waitFor();
  });
});

test('after the reader is lost the page marks everything as old, and recovers by itself', () =>
  look(quietStage(now), async ({ page, server, stage }) => {
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    stage.silent = true;
    server.cut();
    await page.getByText('The console is not connected').waitFor();
    await page.getByRole('heading', { name: 'When last seen: all is well' }).waitFor();
    stage.silent = false;
    await page.getByRole('heading', { name: 'All is well', exact: true }).waitFor();
    expect(await page.getByText('The console is not connected').count()).toBe(0);
  }));

test('with a wrong token it says where the new address is, and stops trying', () =>
  look(quietStage(now), async ({ page, server }) => {
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    server.cut(true);
    await page.getByText('This tab has no token, or one of an earlier console').waitFor();
  }));

test('it says that the console was stopped', () =>
  look(quietStage(now), async ({ page, server }) => {
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    server.bye('Ctrl-C');
    await page.getByText('The console was stopped').waitFor();
  }));

test('each empty view says that it is empty', () =>
  look({ ...quietStage(now), breakers: [] }, async ({ page, go }) => {
    await page.getByText('No breaker yet').waitFor();
    await go('#/incidents');
    await page.getByText('No incident yet').waitFor();
    await go('#/quarantine');
    await page.getByText('Nothing is quarantined').waitFor();
    await go('#/audit');
    await page.getByText('Nothing has been recorded yet.').waitFor();
    await go('#/message/nobody');
    await page.getByText('Nothing is known of nobody.').waitFor();
  }));
