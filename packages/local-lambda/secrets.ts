/**
 * Secrets Manager with the one action that functions use: GetSecretValue. A secret that the
 * template generates is generated here. It is kept with the stores of a data folder, because hashes
 * made with it must be found again.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { callerOf } from './access/caller.ts';
import type { Permissions } from './access/permissions.ts';
import { HomeError } from './home.ts';
import { guardLoopback } from './loopback.ts';
import { arn } from './template/account.ts';
import type { SecretPlan } from './template/plan.ts';

export type SecretsManager = { endpoint: string; stop(): Promise<void> };

const requestSchema = z.object({ SecretId: z.string() });
const OPERATION = 'secretsmanager.GetSecretValue';

/** Serves secrets by ARN or name to whom they are permitted. */
export async function startSecretsManager(
  secrets: Map<string, string>,
  permissions?: Permissions,
): Promise<SecretsManager> {
  const server = createServer(async (req, res) => {
    const answer = (status: number, body: object) => {
      res.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      res.end(JSON.stringify(body));
    };
    const request = requestSchema.safeParse(await json(req).catch(() => undefined));
    if (req.headers['x-amz-target'] !== OPERATION || !request.success) {
      return answer(501, { __type: 'NotImplemented', message: `only ${OPERATION} is imitated` });
    }
    const { SecretId } = request.data;
    const resource = SecretId.startsWith('arn:')
      ? SecretId
      : arn('secretsmanager', `secret:${SecretId}`);
    const asked = { action: 'secretsmanager:GetSecretValue', resource };
    const refusal = permissions?.refusalOf(callerOf(req), asked);
    if (refusal) return answer(400, { __type: 'AccessDeniedException', message: refusal.message });
    const SecretString = secrets.get(resource);
    if (SecretString === undefined) {
      return answer(400, { __type: 'ResourceNotFoundException', message: SecretId });
    }
    return answer(200, { ARN: resource, Name: resource.split(':').at(-1), SecretString });
  });
  guardLoopback(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const keptSchema = z.record(z.string(), z.string());

/** The secrets of the template by ARN. Those kept in `directory` are reused. */
export async function secretsOf(
  plans: SecretPlan[],
  directory: string,
): Promise<Map<string, string>> {
  const file = join(directory, 'secrets.json');
  const kept = await readKept(file);
  const secrets = plans.map(({ arn, properties: { SecretString, GenerateSecretString } }) => {
    const length = GenerateSecretString?.PasswordLength ?? 0;
    const generated = randomBytes(length).toString('hex').slice(0, length);
    return [arn, kept[arn] ?? SecretString ?? generated] as const;
  });
  await writeFile(file, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 });
  return new Map(secrets);
}

async function readKept(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new HomeError(
      `${file} cannot be read: restore it, or delete the folder and what the pipeline kept in it`,
      { cause },
    );
  }
}
