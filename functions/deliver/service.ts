/** The name of the FHIR server's breaker. */
export const FHIR_SERVER = 'fhir-server';
