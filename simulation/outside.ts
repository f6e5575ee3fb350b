/** The servers and senders outside the stack, as its config names them. */

const secretArn = (name: string) =>
  `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}` as const;

/** Servers outside, by their base URLs. The second knows no ETags. */
export const SERVERS = {
  shared: 'https://fhir.simulated/r4',
  clinic: 'https://clinic.simulated/fhir',
  terminology: 'https://terminology.simulated/r4',
} as const;

export const TOKEN_SECRETS = { shared: secretArn('fhir-token'), clinic: secretArn('clinic-token') };

/** Which principal sends as which source. The third has a rate, and its own server. */
export const SENDERS = {
  'hospital-a': 'AROAHOSPITALA',
  'hospital-b': 'AROAHOSPITALB',
  clinic: 'AIDACLINIC',
} as const;
export type Source = keyof typeof SENDERS;

export const OPERATOR = 'AROAOPERATOR';
