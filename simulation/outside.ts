/** The servers and senders outside of the stack, as its config names them. */

const secretArn = (name: string) =>
  `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf` as const;

/** Outside servers by their base URLs. The second one has no ETags. */
export const SERVERS = {
  shared: 'https://fhir.simulated/r4',
  clinic: 'https://clinic.simulated/fhir',
  terminology: 'https://terminology.simulated/r4',
} as const;

export const TOKEN_SECRETS = { shared: secretArn('fhir-token'), clinic: secretArn('clinic-token') };

/** The principal of each source. The third source has a rate limit, and a server of its own. */
export const SENDERS = {
  'hospital-a': 'AROAHOSPITALA',
  'hospital-b': 'AROAHOSPITALB',
  clinic: 'AIDACLINIC',
} as const;
export type Source = keyof typeof SENDERS;
export const isSource = (source: string): source is Source => source in SENDERS;
/** Where what that source sends is delivered. */
export const serverOf = (source: string): string =>
  source === 'clinic' ? SERVERS.clinic : SERVERS.shared;
/** The one that has a rate. */
export const LIMITED = 'clinic' satisfies Source;

export const OPERATOR = 'AROAOPERATOR';
