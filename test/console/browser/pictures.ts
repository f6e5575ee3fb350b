/**
 * `npm run picture:console`: the pictures of the README, docs/console-*.png, from fake stages, so they
 * never vary.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { bundlePage } from '../../../console/page/bundle.ts';
import { runToEnd } from '../../../terminal/explain-error.ts';
import { startFakeServer } from '../page/support/fake-server.ts';
import type { FakeStage } from '../page/support/fake-stage.ts';
import { nightStage } from '../page/support/night.ts';
import { giveReason, openBrowser, openPage } from './support/browser.ts';
import { smallPng } from './support/small-png.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const NIGHT = Date.UTC(2026, 10, 29, 2, 14);
const REJECTED = 'e2000001-1b2c-4d3e-9f40-a5b6c7d8e9f0';

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly options: BrowserContextOptions;
  /** Steps before the picture. */
  readonly before?: (page: Page) => Promise<void>;
}

const wide = { viewport: { width: 1280, height: 1130 }, timezoneId: 'Europe/Berlin' } as const;
const PICTURES: readonly Picture[] = [
  { name: 'now', hash: '#/now', options: { ...wide, colorScheme: 'light' } },
  { name: 'now-dark', hash: '#/now', options: { ...wide, colorScheme: 'dark' } },
  {
    name: 'entry',
    hash: `#/quarantine/${REJECTED}`,
    options: { ...wide, viewport: { width: 1280, height: 760 }, colorScheme: 'light' },
    before: reveal,
  },
];

async function reveal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Reveal' }).click();
  await giveReason(page, 'ticket 4711: the clinic asks what is wrong', 'Reveal');
  await page.locator('ol.body li.wrong').first().waitFor();
}

/** Made up, like all patients here. */
function withBody(stage: FakeStage): FakeStage {
  const patient = {
    resourceType: 'Patient',
    id: 'demo-0013',
    identifier: [{ system: 'urn:example:mrn', value: '000013' }],
    name: [{ use: 'official', family: 'Example', given: ['Ada', 'Maria'] }],
    gender: 'female',
    birthDate: '31.02.1980',
    address: [{ line: ['1 Sample Street'], city: 'Nowhere', country: 'DE' }],
  };
  const body = JSON.stringify(patient, null, 2);
  const line = body.split('\n').findIndex((each) => each.includes('birthDate')) + 1;
  const text = '“31.02.1980” is no date: a date is YYYY, YYYY-MM or YYYY-MM-DD';
  const issue = { severity: 'error', code: 'value', rule: 'fhir-r4/date' } as const;
  const issues = [{ ...issue, expression: ['Patient.birthDate'], text, lines: [line] }];
  stage.bodies[REJECTED] = { body, issues, truncated: false };
  return stage;
}

/** Long enough to draw a chart. The stage's clock stands still. */
const SETTLED_MS = 1_500;

async function main(): Promise<void> {
  const [browser, files] = [await openBrowser(), await bundlePage()];
  for (const { name, hash, options, before } of PICTURES) {
    const server = await startFakeServer(files, withBody(nightStage(() => NIGHT)));
    const { page } = await openPage(browser, server.address, options);
    await page.clock.setFixedTime(NIGHT);
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator('main h1').first().waitFor();
    await before?.(page);
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const picture = await page.screenshot({ animations: 'disabled' });
    await writeFile(join(DOCS, `console-${name}.png`), smallPng(picture));
    console.error(`docs/console-${name}.png`);
    await page.context().close();
    await server.close();
  }
  await browser.close();
}

await runToEnd(main);
