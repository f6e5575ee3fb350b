import type { Clients } from '../clients.ts';
import type { Plan } from '../template/plan.ts';
import { provisionBuckets } from './buckets.ts';
import { provisionQueues } from './queues.ts';
import { provisionTables } from './tables.ts';
import { provisionTopics } from './topics.ts';

/** Creates in the emulators what the plan contains. Kept data is reused. */
export async function provision(clients: Clients, endpoint: string, plan: Plan): Promise<void> {
  await Promise.all([
    provisionQueues(clients.sqs, endpoint, plan.queues),
    provisionTables(clients.dynamodb, plan.tables),
    provisionBuckets(clients.s3, plan.buckets),
  ]);
  await provisionTopics(clients.sns, plan.topics, plan.subscriptions);
}
