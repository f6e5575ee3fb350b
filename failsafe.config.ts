import type { ConfigInput } from './lib/config/config.ts';

/** What differs from the defaults in lib/config/config.ts. `-c key=value` on the command line wins over it. */
export default {} satisfies ConfigInput;
