/**
 * The page in front of the pipeline itself: `npm start -- --downstream` and `npm run cli -- console
 * --operate`, as a user starts them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { giveReason, openBrowser, openPage } from './support/browser.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** A first start builds. */
const START_MS = 600_000;
/** A breaker that opened waits for half a minute, and a busy machine takes longer. */
const SLOW_MS = 180_000;

const running: ChildProcess[] = [];
let browser: Browser;
let page: Page;
let complaints: string[];

/** Starts a command and waits for a line of its output; the command continues. */
async function until(words: string[], env: NodeJS.ProcessEnv, wanted: (line: string) => boolean) {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn('npm', ['run', '--silent', ...words], {
    cwd: ROOT,
    env,
    stdio: [...stdio],
    detached: true,
  });
  running.push(child);
  const lines: string[] = [];
  return new Promise<string[]>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        if (wanted(line)) resolve(lines);
      });
    }
    child.once('exit', () => reject(new Error(`${words.join(' ')} ended:\n${lines.join('\n')}`)));
  });
}

const exported = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const [, name, value] = /^ *export ([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value?.replaceAll(/^'|'$/g, '')] as const];
  });

beforeAll(async () => {
  const start = ['start', '--', '--downstream', '--count', '20'];
  const lines = await until(start, process.env, (line) => line.includes('Ctrl-C stops everything'));
  const env = { ...process.env, ...Object.fromEntries(exported(lines)) };
  const words = ['cli', '--', 'console', '--operate', '--by', 'test'];
  const told = await until(words, env, (line) => line.includes('#token='));
  const address = told.find((line) => line.includes('#token='))?.trim() ?? '';
  browser = await openBrowser();
  ({ page, complaints } = await openPage(browser, address));
  page.setDefaultTimeout(SLOW_MS);
}, START_MS);

afterAll(async () => {
  await browser?.close();
  for (const child of running.toReversed()) {
    if (child.pid === undefined || child.exitCode !== null) continue;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGINT');
    await ended;
  }
}, START_MS);

const step = (): Locator => page.locator('.tour');
const goOn = () => step().getByRole('button', { name: 'Go on' }).click();

test('R10, R20: the tour leads from the first patient to a healed breaker', {
  timeout: START_MS,
}, async () => {
  await page.getByRole('link', { name: 'Box of faults' }).click();
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await step().getByRole('button', { name: 'Send a patient' }).click();
  await step().getByText('It is stored.').waitFor();
  await goOn();
  await step().getByRole('button', { name: 'Send 12 killers' }).click();
  await step().getByText('One incident is open').waitFor();
  await goOn();
  await page.getByRole('link', { name: /Incident validate#1 is open/ }).click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await giveReason(page, 'the tour', 'Acknowledge');
  await page.getByRole('link', { name: 'Now' }).click();
  await step().getByText('It is yours now').waitFor();
  await goOn();
  await step().getByRole('button', { name: 'Take it down' }).click();
  await step().getByText('The breaker is open.').waitFor();
  await goOn();
  await step().getByRole('button', { name: 'Bring it back' }).click();
  await step().getByText('It is closed').waitFor();
  await step().getByRole('button', { name: 'End' }).click();
  expect(complaints).toEqual([]);
});

test('R42: a rejection is revealed with a reason, and the audit log has it', {
  timeout: START_MS,
}, async () => {
  await page.getByRole('link', { name: 'Box of faults' }).click();
  await page.getByRole('button', { name: 'One that breaks a rule' }).click();
  await page.getByRole('link', { name: 'Its life' }).click();
  await page.getByRole('heading', { name: 'It was rejected' }).waitFor();
  await page.getByRole('link', { name: 'Its entry in Quarantine' }).click();
  await page.getByText('Masked: only the elements').waitFor();
  await page.getByRole('button', { name: 'Reveal' }).click();
  await giveReason(page, 'ticket 4711', 'Reveal');
  expect(await page.locator('ol.body > li.wrong').count()).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('row', { name: /phi-read.*ticket 4711/ }).waitFor();
  expect(complaints).toEqual([]);
});

test('all that match are redriven, and end in Quarantine again, because nothing was fixed', {
  timeout: START_MS,
}, async () => {
  await page.getByRole('link', { name: 'Quarantine', exact: true }).click();
  await page.getByLabel('Kind').selectOption('dead-letter');
  await page.getByRole('button', { name: 'Redrive …' }).click();
  await page.getByRole('heading', { name: /Redrive \d+ entries\?/ }).waitFor();
  await giveReason(page, 'to see', /^Redrive \d+$/);
  await page.getByText(/done .*ago|done now/).waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page
    .getByRole('row', { name: /redrive.*to see/ })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});
