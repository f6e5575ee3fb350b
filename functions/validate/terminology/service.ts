/** The name of the terminology server's breaker. */
export const TERMINOLOGY_SERVER = 'terminology-server';
