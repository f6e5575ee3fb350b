/**
 * Names of the environment variables that the stack sets and the functions read. Construct and
 * function import the same constants, so neither can misspell what the other says.
 */
export const ENV = {
  stage: 'STAGE',
  chaos: 'CHAOS',
  lane: 'LANE',
  laneQueueArn: 'LANE_QUEUE_ARN',
  laneQueueUrl: 'LANE_QUEUE_URL',
  isolationQueueUrl: 'ISOLATION_QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  /** Of the dead-letter queues that `quarantine` reads, by commas. */
  deadLetterQueueUrls: 'DEAD_LETTER_QUEUE_URLS',
  resourcesTable: 'RESOURCES_TABLE',
  quarantineTable: 'QUARANTINE_TABLE',
  /** How long an entry is kept; absent where it does not expire. */
  quarantineDays: 'QUARANTINE_DAYS',
  inFlightTable: 'IN_FLIGHT_TABLE',
  erasuresTable: 'ERASURES_TABLE',
  incidentsTable: 'INCIDENTS_TABLE',
  breakersTable: 'BREAKERS_TABLE',
  supervisionTable: 'SUPERVISION_TABLE',
  /** JSON of the lanes that the supervisor may pause, with their mappings. */
  supervisedLanes: 'SUPERVISED_LANES',
  incidentQueueUrl: 'INCIDENT_QUEUE_URL',
  supervisorQueueUrl: 'SUPERVISOR_QUEUE_URL',
  deliveryQueueUrl: 'DELIVERY_QUEUE_URL',
  deliveryEndpoint: 'DELIVERY_ENDPOINT',
  deliveryPlacesFile: 'DELIVERY_PLACES_FILE',
  deliveryServices: 'DELIVERY_SERVICES',
  /** Of the secret that holds the bearer token; absent where the server asks for none. */
  deliveryTokenArn: 'DELIVERY_TOKEN_ARN',
  /** Base URL; absent where no terminology server is asked. */
  terminologyEndpoint: 'TERMINOLOGY_ENDPOINT',
  terminologyTokenArn: 'TERMINOLOGY_TOKEN_ARN',
  terminologyTable: 'TERMINOLOGY_TABLE',
  /** Base URL of an OTLP collector; absent where nothing is traced. */
  tracesEndpoint: 'TRACES_ENDPOINT',
  tracesRatio: 'TRACES_RATIO',
  bodiesBucket: 'BODIES_BUCKET',
  crashesTopicArn: 'CRASHES_TOPIC_ARN',
  outcomesTopicArn: 'OUTCOMES_TOPIC_ARN',
  oncallTopicArn: 'ONCALL_TOPIC_ARN',
  managementTopicArn: 'MANAGEMENT_TOPIC_ARN',
  auditQueueUrl: 'AUDIT_QUEUE_URL',
  /** File beside the code with the sources that are known; absent where the account is one source. */
  sourcesFile: 'SOURCES_FILE',
  /** Unique ids of the roles that make hops between our queues, by commas. */
  ownRoleIds: 'OWN_ROLE_IDS',
  /** JSON of who may tell what to the function's queue. */
  publishers: 'TELLERS',
  /** How many messages of a source were sent in a minute; absent where no source has a rate. */
  ratesTable: 'RATES_TABLE',
  auditTable: 'AUDIT_TABLE',
  auditBucket: 'AUDIT_BUCKET',
  reportsBucket: 'REPORTS_BUCKET',
  analyticsBucket: 'ANALYTICS_BUCKET',
  /** Of the secret that keys the hashes of ids. */
  hashKeyArn: 'HASH_KEY_ARN',
  /** Hashes of the config and of the code that were deployed. */
  configurationHash: 'CONFIGURATION_HASH',
  codeHash: 'CODE_HASH',
  /** JSON of the part of the config that the function needs. */
  settings: 'SETTINGS',
} as const;
