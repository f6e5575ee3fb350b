/** A lane of a runtime, its desired state in the table Supervision and its actual state in Lambda. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Supervised } from '../../core/supervision/supervised-state.ts';
import type { Runtime } from '../../packages/local-lambda/runtime.ts';
import { clientConfig } from '../packages/local-lambda/support/queue-client.ts';

export type LaneInTest = ReturnType<typeof laneInTest>;

export function laneInTest(runtime: Runtime, lane: string, functionName = `validate-${lane}`) {
  const config = clientConfig(runtime);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const lambda = new LambdaClient(config);
  return {
    async state(): Promise<Supervised | undefined> {
      const TableName = `${runtime.stackName}-supervision`;
      const { Item } = await dynamo.send(new GetCommand({ TableName, Key: { pk: lane } }));
      return Item as Supervised | undefined;
    },
    /** The states of all mappings that feed the lane's function. */
    async mappings(): Promise<(string | undefined)[]> {
      const FunctionName = `${runtime.stackName}-${functionName}`;
      const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
      return (answer.EventSourceMappings ?? []).map(({ State }) => State);
    },
  };
}
