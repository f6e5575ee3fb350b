/** What the stand-in FHIR server and the command that controls it have in common. */
export const MODES = ['ok', 'slow', 'fail', 'stop'] as const;
/** `stop`: connections are cut, as if there were no server. */
export type Mode = (typeof MODES)[number];

/** Read with GET, set with PUT and this header. */
export const MODE_PATH = '/mode';
export const MODE_HEADER = 'x-mode';

/** Where it listens under `npm start -- --downstream`: the template for it names this port. */
export const DOWNSTREAM_PORT = 18_080;
