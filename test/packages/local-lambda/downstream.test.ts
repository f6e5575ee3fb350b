import { afterEach, describe, expect, test } from 'vitest';
import { MODE_HEADER, MODE_PATH } from '../../../cli/downstream/control.ts';
import { validateCodeRequest } from '../../../core/delivery/validate-code-answer.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import { startTerminology, type TerminologyServer } from '../../../demo/downstream/terminology.ts';

let server: TerminologyServer | undefined;
afterEach(() => server?.stop());

const MIME = 'http://hl7.org/fhir/ValueSet/mimetypes';

async function ask(endpoint: string, valueSet: string, code: string) {
  const body = validateCodeRequest({ valueSet, coding: { system: 'urn:ietf:bcp:13', code } });
  const response = await fetch(`${endpoint}/ValueSet/$validate-code`, { method: 'POST', body });
  return { status: response.status, said: await response.json() };
}

test('the stand-in terminology server answers like a real one', async () => {
  server = await startTerminology();
  const { endpoint } = server;
  const result = (valueBoolean: boolean) => ({ parameter: [{ name: 'result', valueBoolean }] });
  expect((await ask(endpoint, MIME, 'image/png')).said).toMatchObject(result(true));
  expect((await ask(endpoint, MIME, 'image/x')).said).toMatchObject(result(false));
  expect(await ask(endpoint, 'http://vs', 'x')).toMatchObject({
    status: 404,
    said: { resourceType: 'OperationOutcome' },
  });
  expect((await fetch(`${endpoint}/metadata`)).status).toBe(404);
  expect(server.asked).toEqual(['image/png', 'image/x', 'x']);
});

test('it can be made to fail, and reports its mode', async () => {
  server = await startTerminology({ slowMs: 10 });
  const { endpoint } = server;
  const control = new URL(MODE_PATH, endpoint);
  const setMode = (mode: string) =>
    fetch(control, { method: 'PUT', headers: { [MODE_HEADER]: mode } });
  expect(await (await setMode('fail')).json()).toMatchObject({ mode: 'fail', asked: 0 });
  expect((await ask(endpoint, MIME, 'image/png')).status).toBe(503);
  await setMode('stop');
  await expect(ask(endpoint, MIME, 'image/png')).rejects.toThrow();
  await setMode('slow');
  expect((await ask(endpoint, MIME, 'image/png')).status).toBe(200);
  expect((await setMode('nonsense')).status).toBe(400);
  expect(await (await fetch(control)).json()).toMatchObject({
    mode: 'slow',
    counts: { fail: 1, slow: 1 },
    asked: 1,
  });
});

describe('the stand-in FHIR server', () => {
  let fhir: Downstream | undefined;
  afterEach(() => fhir?.stop());
  const put = (endpoint: string, body: string, init: RequestInit = {}) =>
    fetch(`${endpoint}/Patient/a`, { method: 'PUT', body, ...init });

  test('R05: carries out a slow call although its client has given up', async () => {
    const slow: { ms: number; finish: () => void }[] = [];
    const wait = (ms: number) => new Promise<void>((finish) => slow.push({ ms, finish }));
    fhir = await startDownstream({ slowMs: 60_000, wait });
    const { endpoint, resources } = fhir;
    const stored = new Promise<void>((resolve) => {
      (fhir as Downstream).onStored = () => resolve();
    });
    fhir.setMode('slow');
    const client = new AbortController();
    const call = expect(put(endpoint, 'late', { signal: client.signal })).rejects.toThrow();
    await expect.poll(() => slow.length).toBe(1);
    client.abort();
    await call;
    expect(resources.size).toBe(0);
    expect(slow[0]?.ms).toBe(60_000);
    slow[0]?.finish();
    await stored;
    expect(resources.get('Patient/a')).toEqual({ version: 1, body: 'late' });
    await expect(startDownstream({ slowMs: 60_001 })).rejects.toThrow('60000');
  });

  test('keeps versions, and can be read', async () => {
    fhir = await startDownstream();
    const { endpoint } = fhir;
    expect((await fetch(`${endpoint}/Patient/a`)).status).toBe(404);
    expect((await put(endpoint, '1')).status).toBe(201);
    expect((await put(endpoint, '2', { headers: { 'if-match': 'W/"9"' } })).status).toBe(412);
    expect((await put(endpoint, '2', { headers: { 'if-match': 'W/"1"' } })).status).toBe(200);
    const read = await fetch(`${endpoint}/Patient/a`);
    expect([read.headers.get('etag'), await read.text()]).toEqual(['W/"2"', '2']);
    expect((await fetch(`${endpoint}/Patient`, { method: 'POST' })).status).toBe(404);
  });

  test('can run without ETags', async () => {
    fhir = await startDownstream({ etags: false });
    const { endpoint } = fhir;
    const response = await put(endpoint, '1', { headers: { 'if-match': 'W/"9"' } });
    expect([response.status, response.headers.get('etag')]).toEqual([201, null]);
    expect((await fetch(`${endpoint}/Patient/a`)).headers.get('etag')).toBeNull();
  });
});
