import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hasRuntime } from '../../../cli/local/ask.ts';
import { describeLog } from '../../../cli/message/describe.ts';
import { attemptLogs } from '../../../cli/message/logs.ts';
import type { MessageLife } from '../../../core/message/message-life.ts';

const WORKED = '11111111-1111-4111-8111-111111111111';
const SILENT = '22222222-2222-4222-8222-222222222222';
const LINE = { functionName: 'fhir-failsafe-dev-validate-critical', line: '{"message":"took"}' };

let server: Server;
let asked: string[];

/** What `npm start` answers about its functions and their logs. */
beforeEach(async () => {
  asked = [];
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(url.endsWith(WORKED) ? Array(201).fill(LINE) : []));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((done) => server.close(done));
});

const life: MessageLife = {
  ...{ messageId: 'm-1', sentAt: 1_000, source: 'clinic', lane: 'critical', ending: 'stored' },
  steps: [
    { at: 1_000, what: 'received by the lane critical, from clinic' },
    { at: 2_000, what: 'ran alone', requestId: WORKED },
    { at: 3_000, what: 'survived', requestId: WORKED },
    { at: 4_000, what: 'ran alone', requestId: SILENT },
  ],
};

test('each attempt that ran alone has one log, of at most 200 lines', async () => {
  expect(await hasRuntime()).toBe(true);

  const logs = await attemptLogs(life, 'dev', true);

  const line = { function: 'validate-critical', text: '{"message":"took"}' };
  expect(logs).toEqual([
    { requestId: WORKED, lines: Array(200).fill(line), more: true },
    { requestId: SILENT, lines: [], more: false },
  ]);
  expect(asked).toEqual(['/_local/functions', `/_local/logs/${WORKED}`, `/_local/logs/${SILENT}`]);
});

test('a log is printed with times, its function, and where to find the rest', () => {
  const line = { at: Date.UTC(2026, 10, 29), function: 'validate-critical', text: 'a\u001b[2Jb' };
  const href = 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home';

  expect(describeLog({ requestId: WORKED, lines: [line], more: true, href })).toBe(
    [
      `log of request ${WORKED}`,
      '  2026-11-29T00:00:00.000Z  validate-critical  a\\u001b[2Jb',
      '  … there are more',
      `  ${href}`,
    ].join('\n'),
  );
  expect(describeLog({ requestId: SILENT, lines: [], more: false })).toBe(
    `log of request ${SILENT}: no line of it is kept`,
  );
});
