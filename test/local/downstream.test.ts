import { afterEach, expect, test } from 'vitest';
import { validateCodeRequest } from '../../core/terminology-answer.ts';
import { MODE_HEADER, MODE_PATH } from '../../local/downstream/control.ts';
import { startTerminology, type TerminologyServer } from '../../local/downstream/terminology.ts';

let server: TerminologyServer | undefined;
afterEach(() => server?.stop());

const MIME = 'http://hl7.org/fhir/ValueSet/mimetypes';

async function ask(endpoint: string, valueSet: string, code: string) {
  const body = validateCodeRequest({ valueSet, coding: { system: 'urn:ietf:bcp:13', code } });
  const response = await fetch(`${endpoint}/ValueSet/$validate-code`, { method: 'POST', body });
  return { status: response.status, said: await response.json() };
}

test('the stand-in terminology server answers as one does', async () => {
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

test('it can be made to fail, and says how it is', async () => {
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
