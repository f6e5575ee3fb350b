/**
 * Describes where the stage is. Asks AWS for the caller's identity, so that wrong credentials show
 * up at once.
 */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { explained } from '../cli/target.ts';
import { OVER_PROXY } from '../terminal/proxy.ts';

export async function stageLocation(local: boolean): Promise<string> {
  const endpoint = process.env['AWS_ENDPOINT_URL'] ?? process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  if (endpoint !== undefined) return local ? `npm start at ${endpoint}` : `emulator at ${endpoint}`;
  const client = new STSClient(OVER_PROXY);
  try {
    const { Account = '' } = await client.send(new GetCallerIdentityCommand({}));
    return `AWS ${await client.config.region()}, account ${Account}`;
  } catch (error) {
    throw explained(error, 'identity of whoever is signed in');
  }
}
