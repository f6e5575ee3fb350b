/** The console's server against anyone but its operator's page, with real requests on loopback. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../../console/contract/page-files.ts';
import { API, ROUTES, TOKEN_HEADER } from '../../../console/contract/routes.ts';
import type { Send } from '../../../console/server/event-stream.ts';
import { Failure } from '../../../console/server/failure.ts';
import { refusalOf } from '../../../console/server/guard.ts';
import { type ConsoleServer, serveConsole } from '../../../console/server/serve.ts';

let server: ConsoleServer;
const acts: unknown[] = [];
const lookers = new Set<Send>();

beforeAll(async () => {
  server = await serveConsole({
    page: new Map([
      ['/', { contentType: 'text/html; charset=utf-8', body: '<!doctype html>' }],
      ['/page.js', { contentType: 'text/javascript; charset=utf-8', body: 'void 0;' }],
    ]),
    answers: {
      '/api/read': { method: 'GET', answer: async (query) => ({ asked: query.get('id') }) },
      '/api/act': {
        method: 'POST',
        answer: async (body) => {
          acts.push(body);
          return { message: 'done' };
        },
      },
      '/api/refuses': {
        method: 'GET',
        answer: () => Promise.reject(new Failure('read-only', 'it only looks')),
      },
      '/api/breaks': { method: 'GET', answer: () => Promise.reject(new TypeError('a bug')) },
    },
    look(send) {
      lookers.add(send);
      return () => lookers.delete(send);
    },
    later(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly kind: string | undefined;
  readonly body: Record<string, unknown> | undefined;
}

const host = () => `127.0.0.1:${server.port}`;
const origin = () => `http://${host()}`;
const token = () => ({ [TOKEN_HEADER]: server.token });

function send(
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
  body = '',
  port = server.port,
): Promise<IncomingMessage> {
  const given = Object.entries({ host: host(), ...headers }).filter(
    ([, value]) => value !== undefined,
  );
  return new Promise((resolve, reject) => {
    const options = { method, path, headers: Object.fromEntries(given), setHost: false };
    request({ host: '127.0.0.1', port, ...options }, resolve)
      .on('error', reject)
      .end(body);
  });
}

async function ask(...args: Parameters<typeof send>): Promise<Answer> {
  const response = await send(...args);
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  const body = isJson ? ((await json(response)) as Answer['body']) : undefined;
  response.resume();
  const error = body?.['error'] as { kind: string } | undefined;
  return { status: response.statusCode, headers: response.headers, kind: error?.kind, body };
}

const act = (headers: Record<string, string | undefined> = {}, body = '{"word":"pause"}') =>
  ask(
    'POST',
    '/api/act',
    { origin: origin(), 'content-type': 'application/json', ...headers },
    body,
  );

describe('the token', () => {
  const wrong = ['', 'a', 'x'.repeat(43), `${'x'.repeat(42)}é`];

  test('nothing is readable or possible without it, or with another', async () => {
    for (const its of [undefined, ...wrong]) {
      const headers = { [TOKEN_HEADER]: its };
      expect(await ask('GET', '/api/read', headers)).toMatchObject({ status: 401, kind: 'token' });
      expect(await ask('GET', ROUTES.events, headers)).toMatchObject({ status: 401 });
      expect(await act(headers)).toMatchObject({ status: 401, kind: 'token' });
      // Neither answer says what exists.
      expect(await ask('GET', '/api/nothing', headers)).toMatchObject({ status: 401 });
    }
    expect(acts).toEqual([]);
    expect(lookers.size).toBe(0);
  });

  test('is not accepted in the address, a cookie or another header', async () => {
    const elsewhere = { cookie: `token=${server.token}`, authorization: `Bearer ${server.token}` };
    const path = `/api/read?token=${server.token}`;
    expect(await ask('GET', path, elsewhere)).toMatchObject({ status: 401 });
  });

  test('is long, and new at each start', async () => {
    const another = await serveConsole({
      page: new Map(),
      answers: {},
      look: () => () => {},
      later: () => () => {},
    });
    await another.stop();
    expect(another.token).not.toBe(server.token);
    expect(server.token).toMatch(/^[\w-]{43}$/);
    expect(server.address).toBe(`http://${host()}/#token=${server.token}`);
  });

  test('R61: a console that is stopped lets an act end, and begins no other', async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const ended: string[] = [];
    const another = await serveConsole({
      page: new Map(),
      answers: {
        '/api/act': {
          method: 'POST',
          async answer() {
            begun.resolve();
            await goOn.promise;
            ended.push('act');
            return { message: 'done' };
          },
        },
      },
      look: () => () => {},
      later: () => () => {},
    });
    const at = { host: `127.0.0.1:${another.port}`, origin: `http://127.0.0.1:${another.port}` };
    const headers = { ...at, [TOKEN_HEADER]: another.token, 'content-type': 'application/json' };
    const answered = send('POST', '/api/act', headers, '{}', another.port);
    await begun.promise;
    const stopped = another.stop().then(() => ended.push('console'));
    goOn.resolve();
    expect(await json(await answered)).toEqual({ message: 'done' });
    await stopped;
    expect(ended).toEqual(['act', 'console']);
  });

  test('lets the page read and act', async () => {
    expect(await ask('GET', '/api/read?id=a%20b', token())).toMatchObject({
      status: 200,
      body: { asked: 'a b' },
    });
    expect(await act(token())).toMatchObject({ status: 200, body: { message: 'done' } });
    expect(acts.splice(0)).toEqual([{ word: 'pause' }]);
  });
});

describe('the origin of a request', () => {
  test('at port 80, which a browser leaves out, the host and the origin have none', () => {
    const gate = { port: 80, token: 't' };
    const asked = (host: string, origin: string) =>
      refusalOf(
        { method: 'POST', path: '/api/act', headers: { host, origin, [TOKEN_HEADER]: 't' } },
        gate,
      );
    expect(asked('127.0.0.1', 'http://127.0.0.1')).toBeUndefined();
    expect(asked('localhost', 'http://localhost')).toBeUndefined();
    expect(asked('127.0.0.1', 'http://127.0.0.1:8080')?.kind).toBe('foreign');
    expect(asked('evil.example', 'http://evil.example')?.kind).toBe('foreign');
  });

  const foreignHosts = () => [
    'evil.example',
    `evil.example:${server.port}`,
    `127.0.0.1.evil.example:${server.port}`,
    `localhost.evil.example:${server.port}`,
    `127.0.0.1:${server.port + 1}`,
    '127.0.0.1',
    `0.0.0.0:${server.port}`,
    `[::1]:${server.port}`,
    `${host()}, evil.example`,
    '',
  ];

  test('DNS rebinding: a page under a name of its own is refused, even for the page’s files', async () => {
    for (const its of foreignHosts()) {
      const headers = { ...token(), host: its };
      for (const path of ['/', '/page.js', '/api/read', ROUTES.events]) {
        const { status, kind } = await ask('GET', path, headers);
        expect({ its, path, status, kind }).toEqual({ its, path, status: 403, kind: 'foreign' });
      }
      expect((await act(headers)).status).toBe(403);
    }
    expect(acts).toEqual([]);
  });

  test('a web page of another origin is refused, and so is one of another port of this machine', async () => {
    const foreign = [
      'http://evil.example',
      `https://${host()}`,
      `http://localhost:${server.port}`,
      'http://127.0.0.1:3000',
      'null',
      '',
    ];
    for (const its of foreign) {
      expect(await act({ ...token(), origin: its })).toMatchObject({
        status: 403,
        kind: 'foreign',
      });
      const read = await ask('GET', '/api/read', { ...token(), origin: its });
      expect(read).toMatchObject({ status: 403, kind: 'foreign' });
      expect(read.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(acts).toEqual([]);
  });

  test('a request that the browser marks as cross-site is refused', async () => {
    for (const site of ['cross-site', 'same-site', 'whatever']) {
      const headers = { ...token(), 'sec-fetch-site': site };
      expect((await ask('GET', '/', headers)).status).toBe(403);
      expect((await ask('GET', '/api/read', headers)).status).toBe(403);
    }
    expect((await ask('GET', '/', { 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  test('an act must come from the page’s own origin', async () => {
    expect(await act({ ...token(), origin: undefined })).toMatchObject({ status: 403 });
    expect(acts).toEqual([]);
  });

  test('localhost is accepted as this machine', async () => {
    const its = `localhost:${server.port}`;
    expect((await act({ ...token(), host: its, origin: `http://${its}` })).status).toBe(200);
    expect(acts.splice(0)).toHaveLength(1);
  });

  test('no answer allows another origin to read it', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const answer = await ask('OPTIONS', '/api/act', headers);
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('the answers', () => {
  test('may run no script of others, and may not be cached or framed', async () => {
    const asked = [
      ask('GET', '/', {}),
      ask('GET', '/page.js', {}),
      ask('GET', '/api/read', token()),
      ask('GET', '/api/read', {}),
      ask('GET', '/api/breaks', token()),
      ask('GET', '/', { host: 'evil.example' }),
    ];
    for (const { headers } of await Promise.all(asked)) {
      expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['set-cookie']).toBeUndefined();
    }
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/);
  });

  test('only the files of the page are at its paths', async () => {
    expect(await ask('GET', '/secret.js', {})).toMatchObject({ status: 404, kind: 'not-found' });
    const outside = ['/../package.json', '/..%2fpackage.json', '//etc/passwd.txt', '//etc/passwd'];
    for (const path of [...outside, '/quarantine', '/constructor']) {
      expect((await ask('GET', path, {})).status).toBe(404);
    }
    expect(await ask('POST', '/', { origin: origin() })).toMatchObject({ status: 400 });
    expect((await ask('HEAD', '/', {})).status).toBe(200);
  });

  test('a failure has its kind and its status, and a bug shows no stack', async () => {
    expect(await ask('GET', '/api/refuses', token())).toMatchObject({
      status: 403,
      body: { error: { kind: 'read-only', message: 'it only looks' } },
    });
    const { status, body } = await ask('GET', '/api/breaks', token());
    expect({ status, kind: body?.['error'] }).toMatchObject({
      status: 502,
      kind: { kind: 'failing' },
    });
    expect(JSON.stringify(body)).not.toContain('.ts:');
  });

  test('a request outside the contract is a client’s mistake', async () => {
    const wrong = [
      ask('GET', '/api/nothing', token()),
      ask('GET', `${API}/__proto__`, token()),
      ask('GET', '/api/toString', token()),
    ];
    for (const { status } of await Promise.all(wrong)) expect(status).toBe(404);
    expect(await ask('GET', '/api/act', token())).toMatchObject({ status: 400, kind: 'usage' });
    expect(await act({ ...token(), 'content-type': 'text/plain' })).toMatchObject({ status: 400 });
    expect(await act(token(), '{')).toMatchObject({ status: 400, kind: 'usage' });
    expect(await act(token(), JSON.stringify('x'.repeat(300_000)))).toMatchObject({ status: 400 });
    expect(acts).toEqual([]);
  });
});

describe('the stream', () => {
  test('sends what it gets, and ends when the page disconnects', async () => {
    const response = await send('GET', ROUTES.events, token());
    expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
    await expect.poll(() => lookers.size).toBe(1);
    for (const tell of lookers) tell('bye', { message: 'a\nb' });
    let text = '';
    for await (const chunk of response) {
      text += chunk;
      if (text.includes('bye')) break;
    }
    expect(text).toContain('event: bye\ndata: {"message":"a\\nb"}\n\n');
    response.destroy();
    await expect.poll(() => lookers.size).toBe(0);
  });
});
