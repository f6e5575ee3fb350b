/** The functions of the stack: folders of `functions/`, and bundles that constructs look for. */
export const FUNCTION_NAMES = [
  'validate',
  'quarantine',
  'incident',
  'monitor',
  'deliver',
  'resend',
  'supervisor',
  'audit',
  'reporting',
  'analytics',
  'empty-bucket',
] as const;
