/**
 * The protocol between the page and the console's server: routes, headers, errors.
 *
 * The printed address is `http://127.0.0.1:PORT/#token=TOKEN`. The browser never sends the
 * fragment. The page takes the token out of the address, keeps it for its tab, and sends it as a
 * header with each request. It is not a cookie, because a browser sends cookies to every port of
 * this machine.
 *
 * The page itself (`/` and its files) needs no token: it contains no data. Its views have no paths of
 * their own: they are in the fragment too.
 */

export const API = '/api';
export const TOKEN_HEADER = 'x-console-token';
/** Name in the fragment: `#token=…`. */
export const TOKEN_PARAMETER = 'token';

/**
 * A GET has its arguments in the query and returns the type that is named. A POST takes and returns
 * JSON (`content-type: application/json`). All but {@link ROUTES.events} respond once.
 */
export const ROUTES = {
  /**
   * GET, `text/event-stream`: {@link Events}. Read it with `fetch`, because EventSource cannot send
   * the header.
   */
  events: `${API}/events`,
  /** GET, an {@link EntryFilter} in the query: QuarantineGroups. */
  groups: `${API}/quarantine/groups`,
  /** GET, an {@link EntryFilter} and `after` in the query: EntryPage. */
  entries: `${API}/quarantine/entries`,
  /** GET `?id=`: EntryView. */
  entry: `${API}/quarantine/entry`,
  /** GET `?id=` (message id, correlation id or FILE:LINE), optionally `&slow=1`: Lives. */
  lives: `${API}/lives`,
  /** GET `?request=` (a request id), `&lane=` and `&at=` (start) of the step: LogLines. */
  logs: `${API}/logs`,
  /**
   * POST RevealRequest: Revealed. Recorded in the audit log before the PHI is read (R42). Allowed
   * without `--operate`.
   */
  reveal: `${API}/reveal`,
  /** POST CountRequest: Counted. Changes nothing, so it is allowed without `--operate`. */
  count: `${API}/acts/count`,
  /** POST BulkRequest: Run. */
  bulk: `${API}/acts/bulk`,
  /**
   * POST `{"run": id}`: Run. It finishes what is in progress. A redrive with the same `before`
   * continues later.
   */
  stop: `${API}/acts/stop`,
  /** POST IncidentWord: Done. */
  incident: `${API}/acts/incident`,
  /** POST BreakerWord: Done. */
  breaker: `${API}/acts/breaker`,
  /** POST LaneWord: Done. */
  lane: `${API}/acts/lane`,
  /** POST `{}`: Run. Reads only, so it is allowed without `--operate`. */
  verify: `${API}/acts/verify`,
  /** POST LocalAct: LocalDone. Exists only if `local` of Hello is true. */
  local: `${API}/local`,
} as const;

/** The body of every response that is not 2xx. */
export interface Failed {
  readonly error: {
    readonly kind: FailureKind;
    /** One line for a person, without PHI. It says what to do, if that is known. */
    readonly message: string;
  };
}

/** The status for each kind of failure. */
export const FAILURES = {
  /**
   * The request does not follow this contract, or its reason contains no words, or its filter is
   * empty.
   */
  usage: 400,
  /**
   * No token, or an old one: the console was started again. The operator must open the printed
   * address.
   */
  token: 401,
  /** Wrong Host or Origin. The page itself never gets this. */
  foreign: 403,
  /** An act without `--operate`. */
  'read-only': 403,
  /** The credentials of the operator who started the console do not allow it. */
  'no-permission': 403,
  'not-found': 404,
  /** Valid but refused: a conflict, a body that is gone, or the audit log cannot record it. */
  refused: 409,
  /** AWS failed. Nothing was done, or not everything. */
  failing: 502,
} as const;
export type FailureKind = keyof typeof FAILURES;
