import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../simulation/effects.ts';
import { AT_SERVER, FhirServer } from '../../../simulation/servers/fhir-server.ts';

const base = 'https://fhir.test/r4';

function server(hasEtags = true, absentStatus = 412, asksForVersion = false, lacksStatus = 0) {
  const effects: Effect[] = [];
  let number = 0;
  const its = new FhirServer({
    base,
    hasEtags,
    absentStatus,
    asksForVersion,
    lacksStatus,
    token: () => 'secret',
    now: () => 7,
    tell: (effect) => effects.push(effect),
  });
  const call = (
    method: string,
    body = '',
    headers: Record<string, string> = {},
    key = 'Patient/1',
  ) => {
    number += 1;
    return its.serve({
      number,
      method,
      url: `${base}/${key}`,
      headers: { authorization: 'Bearer secret', ...headers },
      body,
      begunAt: 0,
    });
  };
  return { its, effects, call };
}

describe('a simulated FHIR server', () => {
  test('stores what is PUT, with versions, and reports it', () => {
    const { its, effects, call } = server();
    expect(call('GET').status).toBe(404);
    expect(call('PUT', 'a')).toEqual({ status: 201, headers: { etag: 'W/"1"' } });
    expect(call('PUT', 'b')).toEqual({ status: 200, headers: { etag: 'W/"2"' } });
    expect(call('GET')).toEqual({ status: 200, headers: { etag: 'W/"2"' }, body: 'b' });
    expect(its.resources.get('Patient/1')).toEqual({ version: 2, body: 'b', at: 7, since: 7 });
    expect(effects).toMatchObject([
      { kind: 'stored', key: 'Patient/1', before: undefined, after: { body: 'a' } },
      { kind: 'stored', key: 'Patient/1', before: { body: 'a' }, after: { body: 'b' } },
    ]);
  });

  test('respects If-Match, unless it has no ETags', () => {
    const { call } = server();
    expect(call('PUT', 'a', { 'if-match': 'W/"1"' }).status).toBe(412);
    call('PUT', 'a');
    expect(call('PUT', 'b', { 'if-match': 'W/"1"' }).status).toBe(200);
    expect(call('PUT', 'c', { 'if-match': 'W/"1"' }).status).toBe(412);
    const old = server(false);
    expect(old.call('PUT', 'a', { 'if-match': 'W/"9"' })).toEqual({ status: 201, headers: {} });
  });

  test('asks for the version of what it holds, if it is one of those', () => {
    const { call } = server(true, 404, true);
    expect(call('PUT', 'a').status).toBe(201);
    expect(call('PUT', 'b').status).toBe(400);
    expect(call('PUT', 'b', { 'if-match': 'W/"1"' }).status).toBe(200);
    const old = server(false, 404, true);
    expect([old.call('PUT', 'a').status, old.call('PUT', 'b').status]).toEqual([201, 200]);
  });

  test('a version of what is not there: as each kind of server does', () => {
    const named = { 'if-match': 'W/"1"' };
    expect(server(true, 404).call('PUT', 'a', named)).toMatchObject({ status: 404 });
    expect(server(true, 0).call('PUT', 'a', named)).toMatchObject({ status: 201 });
  });

  test('checks references, if it is one of those', () => {
    const about = '{"subject":{"reference":"Patient/1"}}';
    const checks = server(true, 412, false, 400);
    const put = (body: string, key: string) => checks.call('PUT', body, {}, key).status;
    expect(put(about, 'Observation/2')).toBe(400);
    expect(put('a', 'Patient/1')).toBe(201);
    expect(put(about, 'Observation/2')).toBe(201);
    expect(checks.its.checksReferences).toBe(true);
    expect(server().call('PUT', about, {}, 'Observation/2').status).toBe(201);
  });

  test('brings a backup back: it forgets what came since, and its versions are used again', () => {
    const { its, effects, call } = server();
    expect(its.restore()).toBe(false);
    call('PUT', 'a');
    its.backUp();
    call('PUT', 'b');
    expect(its.restore()).toBe(true);
    expect(effects.at(-1)).toEqual({ kind: 'restored', server: base });
    expect(call('PUT', 'c', { 'if-match': 'W/"2"' }).status).toBe(412);
    expect(call('GET')).toMatchObject({ headers: { etag: 'W/"1"' }, body: 'a' });
    expect(call('PUT', 'c', { 'if-match': 'W/"1"' }).headers).toEqual({ etag: 'W/"2"' });
  });

  test('has other clients, who change and delete what it holds, or keep it for a time', () => {
    const { its, effects, call } = server();
    its.remove('Patient/1');
    its.change('Patient/1');
    expect(effects).toEqual([]);
    call('PUT', 'a');
    its.change('Patient/1');
    expect(call('PUT', 'b', { 'if-match': 'W/"1"' }).status).toBe(412);
    its.remove('Patient/1');
    expect(effects.at(-1)).toEqual({ kind: 'removed', server: base, key: 'Patient/1' });
    expect(call('GET').status).toBe(410);
    // Its versions go on.
    expect(call('PUT', 'b')).toEqual({ status: 201, headers: { etag: 'W/"4"' } });
    its.hold('Patient/1', 8);
    expect(call('PUT', 'c').status).toBe(409);
    its.hold('Patient/1', 7);
    expect(call('PUT', 'c').status).toBe(200);
  });

  test('brings a backup back with what had been deleted before', () => {
    const { its, call } = server();
    call('PUT', 'a');
    its.remove('Patient/1');
    its.backUp();
    call('PUT', 'b');
    its.restore();
    expect(call('PUT', 'c').headers).toEqual({ etag: 'W/"3"' });
  });

  test('refuses a wrong token, and what it was told to refuse', () => {
    const { its, call } = server();
    expect(call('PUT', 'a', { authorization: 'Bearer other' }).status).toBe(401);
    const refused = Array.from({ length: 2 }, () => call('PUT', AT_SERVER.refused).status);
    expect(refused).toEqual([422, 422]);
    const failing = call('PUT', AT_SERVER.failing);
    expect(failing.status).toBe(500);
    expect(failing.body).toContain('"expression":["Patient.meta"]');
    expect(its.resources.size).toBe(0);
    expect(call('PUT', AT_SERVER.refused)).toMatchObject({ status: 201 });
  });
});
