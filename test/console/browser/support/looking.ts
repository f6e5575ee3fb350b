/** A page in front of a fake stage, and what every browser test needs. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { PageFiles } from '../../../../console/contract/page-files.ts';
import { bundlePage } from '../../../../console/page/bundle.ts';
import { type FakeServer, startFakeServer } from '../../page/support/fake-server.ts';
import type { FakeStage } from '../../page/support/fake-stage.ts';
import { openBrowser, openPage } from './browser.ts';

let browser: Browser;
let files: PageFiles;

/** Each browser test file calls it once. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await openBrowser();
    files = await bundlePage();
  });
  afterAll(() => browser?.close());
}

interface Looking {
  readonly page: Page;
  readonly stage: FakeStage;
  readonly server: FakeServer;
  /** Opens an address within the page. */
  readonly go: (hash: string) => Promise<void>;
}

/** Opens the page, looks, and asserts that it logged no error and requested nothing from other hosts. */
export async function look(
  stage: FakeStage,
  at: (looking: Looking) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const server = await startFakeServer(files, stage);
  const { page, complaints } = await openPage(browser, server.address, options);
  const go = async (hash: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  };
  try {
    await at({ page, stage, server, go });
    expect(complaints).toEqual([]);
  } finally {
    await page.context().close();
    await server.close();
  }
}
