import type { ConfigInput } from './lib/config.ts';

/** What differs from the defaults in lib/config.ts. `-c key=value` on the command line wins over it. */
export default {} satisfies ConfigInput;
