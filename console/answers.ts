/** The handler of each route. It uses the code of the command line. */

import { z } from 'zod';
import { type Acting, Bulk } from './acts/bulk.ts';
import { sayOfBreaker, sayOfIncident, sayOfLane } from './acts/operator-commands.ts';
import { verify } from './acts/verify.ts';
import { ROUTES } from './contract/routes.ts';
import { Failure } from './server/failure.ts';
import type { Answer } from './server/serve.ts';
import { entryView } from './views/entry.ts';
import { livesView } from './views/message-lives.ts';
import { entriesView, groupsView } from './views/quarantine.ts';
import { idSchema, parsed, parsedQuery } from './views/query.ts';
import { reveal } from './views/reveal.ts';

export interface Answering extends Acting {
  readonly operate: boolean;
  readonly logs: (query: URLSearchParams) => Promise<unknown>;
  /** The box of faults. Undefined if this console has none. */
  readonly local: ((body: unknown) => Promise<unknown>) | undefined;
  /** Called after an act, so that the next snapshot shows it. */
  readonly done: () => void;
}

const idQuery = z.strictObject({ id: idSchema });
const stopBody = z.strictObject({ run: idSchema });

export function answersOf(answering: Answering): Readonly<Record<string, Answer>> {
  const { open, now, cli, runs, local, logs } = answering;
  const bulk = new Bulk(answering);
  return {
    [ROUTES.groups]: get(async (query) => groupsView(await open(), query, now())),
    [ROUTES.entries]: get(async (query) => entriesView(await open(), query)),
    [ROUTES.entry]: get(async (query) => {
      return entryView(await open(), parsedQuery(idQuery, query).id, now(), cli);
    }),
    [ROUTES.lives]: get(async (query) => livesView(await open(), query, now(), cli)),
    [ROUTES.logs]: get(logs),
    [ROUTES.reveal]: post(async (body) => reveal(await open(), answering, body)),
    [ROUTES.count]: post((body) => bulk.count(body)),
    [ROUTES.verify]: post(async () => verify(answering)),
    [ROUTES.stop]: post(async (body) => runs.stop(parsed(stopBody, body).run)),
    [ROUTES.bulk]: act(answering, async (body) => bulk.begin(body)),
    [ROUTES.incident]: act(answering, (body) => sayOfIncident(answering, body)),
    [ROUTES.breaker]: act(answering, (body) => sayOfBreaker(answering, body)),
    [ROUTES.lane]: act(answering, (body) => sayOfLane(answering, body)),
    ...(local !== undefined && { [ROUTES.local]: act(answering, local) }),
  };
}

const get = (answer: (query: URLSearchParams) => Promise<unknown>): Answer => ({
  method: 'GET',
  answer,
});
const post = (answer: (body: unknown) => Promise<unknown>): Answer => ({ method: 'POST', answer });

/** An action of an operator, allowed only with `--operate`. */
function act(
  { operate, done }: Pick<Answering, 'operate' | 'done'>,
  perform: (body: unknown) => Promise<unknown>,
): Answer {
  return post(async (body) => {
    if (!operate) {
      throw new Failure('read-only', 'this console is read-only: start it with --operate to act');
    }
    try {
      return await perform(body);
    } finally {
      done();
    }
  });
}
