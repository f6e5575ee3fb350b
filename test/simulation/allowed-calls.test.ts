/** What functions call in the simulation, beside what their roles allow: neither it nor any emulator asks that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PermissionsTemplate, permissionRows } from '../../lib/checks/permissions.ts';
import type { MakeChecker } from '../../simulation/checker.ts';
import { type Deployment, deploy } from '../../simulation/deployment.ts';
import { SENDERS, TOKEN_SECRETS } from '../../simulation/outside.ts';
import { run } from '../../simulation/run.ts';
import { synthesized } from '../lib/synthesized.ts';
import { type Asked, allows, askedOf, type Input } from '../support/permitted.ts';

const endpoint = 'https://server.example.org/fhir';
const template = synthesized(
  {},
  {
    delivery: { endpoint, tokenSecretArn: TOKEN_SECRETS.shared },
    terminology: { endpoint },
    incident: { remediation: 'pause-lane' },
    sources: {
      known: { clinic: { senders: [SENDERS.clinic], ratePerMinute: 100 } },
    },
  },
).toJSON() as PermissionsTemplate;

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

const STAGE = 'fhir-failsafe-dev-';
const SERVICES: readonly string[] = ['dynamodb', 'sqs', 'sns', 's3'];

interface Call {
  readonly asked: Asked;
  readonly input: Input;
}

/** The operation of a command, also of one of the document client. */
function operationOf(command: object, service: string): string {
  const name = command.constructor.name.replace(/Command$/, '');
  return service !== 'dynamodb' || /^(?:Query|Scan)$/.test(name) ? name : `${name}Item`;
}

/** The audit vault has no name in the template. */
const isInVault = ({ Bucket }: Input) =>
  Bucket !== undefined && !String(Bucket).startsWith(`${STAGE}bodies-`);

const rows = permissionRows(template);

function isAllowed(name: string, { asked, input }: Call): boolean {
  return rows.some((row) => row.function === name && allows(row, asked, input));
}

/** What each function calls in a run. A secret and a mapping are known by other names there. */
async function callsOf(seed: number): Promise<ReadonlyMap<string, readonly Call[]>> {
  const made = new Map<string, Call[]>();
  const watch: MakeChecker = () => ({
    kinds: ['called'],
    see(effect, by) {
      if (effect.kind !== 'called' || !by?.name.startsWith(STAGE)) return;
      const name = by.name.slice(STAGE.length).replace(/#.*$/, '');
      const calls = made.get(name) ?? [];
      made.set(name, calls);
      const { service, command } = effect;
      const { input } = command as { readonly input: Input };
      if (!SERVICES.includes(service) || isInVault(input)) return;
      const asked = askedOf(operationOf(command, service), input);
      expect(asked, command.constructor.name).not.toEqual([]);
      calls.push(...asked.map((each) => ({ asked: each, input })));
    },
  });
  await run(deployment.plan, { seed, messages: 300, checkers: [watch] });
  return made;
}

test('a role allows each call that its function makes in a run', async () => {
  const forbidden = new Set<string>();
  const permitted = new Set<string>();
  for (const seed of [1, 2, 3]) {
    for (const [name, calls] of await callsOf(seed)) {
      for (const call of calls) {
        const said = `${name}: ${call.asked.action} ${call.asked.resource}`;
        (isAllowed(name, call) ? permitted : forbidden).add(said);
      }
    }
  }
  expect([...forbidden]).toEqual([]);
  // So that it has looked.
  expect([...permitted]).toEqual(
    expect.arrayContaining([
      'validate-critical: dynamodb:GetItem table resources',
      'deliver: dynamodb:UpdateItem table resources',
      'supervisor: dynamodb:PutItem table supervision',
    ]),
  );
});
