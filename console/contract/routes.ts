/**
 * How the page talks to the console's server: routes, header, errors.
 *
 * The printed address is `http://127.0.0.1:PORT/#token=TOKEN`. The fragment never leaves the browser: the page
 * takes the token from it, removes it from the address, keeps it for its origin, and sends it as a header with
 * each request. There is no cookie, because a browser sends those to every port of this machine.
 *
 * The page itself (`/`, and its files) is served without a token, for it holds nothing. `/` is served for each
 * path outside {@link API} that names no file, so that a view may have a path of its own.
 */

export const API = '/api';
export const TOKEN_HEADER = 'x-console-token';
/** In the fragment: `#token=…`. */
export const TOKEN_PARAMETER = 'token';

/**
 * GET answers by the type that is named; arguments are in the query. POST takes and answers JSON
 * (`content-type: application/json`). All but {@link ROUTES.events} answer once.
 */
export const ROUTES = {
  /** GET, `text/event-stream`, read by `fetch`, for EventSource sends no header: {@link Events}. */
  events: `${API}/events`,
  /** GET, an {@link EntryFilter} in the query: QuarantineGroups. */
  groups: `${API}/quarantine/groups`,
  /** GET, an {@link EntryFilter} and `after` in the query: EntryPage. */
  entries: `${API}/quarantine/entries`,
  /** GET `?id=`: EntryView. */
  entry: `${API}/quarantine/entry`,
  /** GET `?id=` (message id, correlation id or FILE:LINE) and perhaps `&slow=1`: Lives. */
  lives: `${API}/lives`,
  /** GET `?request=` (a request id), `&lane=` and `&at=` (when it began) of the step: LogLines. */
  logs: `${API}/logs`,
  /** POST RevealRequest: Revealed. Told to the audit log before it is read (R42). Allowed without `--operate`. */
  reveal: `${API}/reveal`,
  /** POST CountRequest: Counted. Changes nothing, so it is allowed without `--operate`. */
  count: `${API}/acts/count`,
  /** POST BulkRequest: Run. */
  bulk: `${API}/acts/bulk`,
  /** POST `{"run": id}`: Run. What is under way is finished; a redrive may be begun again with the same `before`, and goes on. */
  stop: `${API}/acts/stop`,
  /** POST IncidentWord: Done. */
  incident: `${API}/acts/incident`,
  /** POST BreakerWord: Done. */
  breaker: `${API}/acts/breaker`,
  /** POST LaneWord: Done. */
  lane: `${API}/acts/lane`,
  /** POST `{}`: Run. Reads only, so it is allowed without `--operate`. */
  verify: `${API}/acts/verify`,
  /** POST LocalAct: LocalDone. There only where Hello says `local`. */
  local: `${API}/local`,
} as const;

/** What every answer that is not 2xx holds. */
export interface Failed {
  readonly error: {
    readonly kind: FailureKind;
    /** One line for a person, without PHI; it says what to do where that is known. */
    readonly message: string;
  };
}

/** With its status. */
export const FAILURES = {
  /** The request is not one of this contract, or a reason holds no words, or a filter is empty. */
  usage: 400,
  /** No token, or another one: the console was started anew. Ask for the printed address. */
  token: 401,
  /** A foreign Host or Origin. The page never meets it. */
  foreign: 403,
  /** An act without `--operate`. */
  'read-only': 403,
  /** The credentials of whoever started the console may not do that. */
  'no-permission': 403,
  'not-found': 404,
  /** It was understood and is refused: a conflict, a body that is gone, an audit log that takes no fact. */
  refused: 409,
  /** AWS does not answer as it should; nothing, or not all, was done. */
  failing: 502,
} as const;
export type FailureKind = keyof typeof FAILURES;
