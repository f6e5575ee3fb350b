/** Constants of the stand-in servers and of the commands that control them. */
/** `partly`: every third call fails. `stop`: connections are cut, as if there were no server. */
export const MODES = ['ok', 'slow', 'partly', 'fail', 'stop'] as const;
export type Mode = (typeof MODES)[number];

/** Read with GET, set with PUT and this header. */
export const MODE_PATH = '/mode';
export const MODE_HEADER = 'x-mode';

/** Their ports under `npm start -- --downstream`; the template for it names these. */
export const DOWNSTREAM_PORT = 18_080;
export const TERMINOLOGY_PORT = 18_081;
