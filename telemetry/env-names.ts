/**
 * Names of the environment variables that the stack sets and the functions read. Construct and function
 * import the same constants, so neither can misspell what the other uses.
 */
export const ENV = {
  stage: 'STAGE',
  chaos: 'CHAOS',
  lane: 'LANE',
  laneQueueArn: 'LANE_QUEUE_ARN',
  laneQueueUrl: 'LANE_QUEUE_URL',
  isolationQueueUrl: 'ISOLATION_QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  /** Dead-letter queues that `quarantine` reads, separated by commas. */
  deadLetterQueueUrls: 'DEAD_LETTER_QUEUE_URLS',
  resourcesTable: 'RESOURCES_TABLE',
  quarantineTable: 'QUARANTINE_TABLE',
  /** How long an entry is kept; absent if it does not expire. */
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
  /** Secret that holds the bearer token; absent if the server needs none. */
  deliveryTokenArn: 'DELIVERY_TOKEN_ARN',
  /** Base URL; absent if no terminology server is used. */
  terminologyEndpoint: 'TERMINOLOGY_ENDPOINT',
  terminologyTokenArn: 'TERMINOLOGY_TOKEN_ARN',
  terminologyTable: 'TERMINOLOGY_TABLE',
  /** Base URL of an OTLP collector; absent if nothing is traced. */
  tracesEndpoint: 'TRACES_ENDPOINT',
  tracesRatio: 'TRACES_RATIO',
  bodiesBucket: 'BODIES_BUCKET',
  crashesTopicArn: 'CRASHES_TOPIC_ARN',
  outcomesTopicArn: 'OUTCOMES_TOPIC_ARN',
  oncallTopicArn: 'ONCALL_TOPIC_ARN',
  managementTopicArn: 'MANAGEMENT_TOPIC_ARN',
  auditQueueUrl: 'AUDIT_QUEUE_URL',
  /** File beside the code with the known sources; absent if the account is the only source. */
  sourcesFile: 'SOURCES_FILE',
  /** Unique ids of the roles that make hops between our queues, separated by commas. */
  ownRoleIds: 'OWN_ROLE_IDS',
  /** JSON of who may publish what to the function's queue. */
  publishers: 'TELLERS',
  /** How many messages of a source were sent in a minute; absent if no source has a rate. */
  ratesTable: 'RATES_TABLE',
  auditTable: 'AUDIT_TABLE',
  auditBucket: 'AUDIT_BUCKET',
  reportsBucket: 'REPORTS_BUCKET',
  analyticsBucket: 'ANALYTICS_BUCKET',
  /** Secret that keys the hashes of ids. */
  hashKeyArn: 'HASH_KEY_ARN',
  /** Hashes of the config and of the code that were deployed. */
  configurationHash: 'CONFIGURATION_HASH',
  codeHash: 'CODE_HASH',
  /** JSON of the part of the config that the function needs. */
  settings: 'SETTINGS',
} as const;
