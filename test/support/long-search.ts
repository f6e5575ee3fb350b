/** How many cases a search tries: `short` in `npm test`, `long` in `npm run prove`. */
export const cases = (short: number, long: number): number =>
  process.env['PROVE_RUNS'] === undefined ? short : long;
