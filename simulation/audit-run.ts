/**
 * A run of the audit log: publishers send facts, each until the queue has it, sometimes twice, and
 * sometimes facts that they may not publish, while everything around the writer fails. Then faults
 * heal, and all facts must be recorded once (R40).
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { AUDIT_CHAIN, type AuditFact, type AuditFactKind } from '../core/audit/audit-fact.ts';
import { type Publishers, publishersSchema } from '../core/audit/publishers.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import { AuditChecker } from './audit-checker.ts';
import { type MakeChecker, RuleBroken } from './checker.ts';
import type { Effect } from './effects.ts';
import { EventLog } from './event-log.ts';
import { describeFaults } from './faults.ts';
import { World } from './world.ts';

export interface RunSettings {
  readonly seed: number;
  readonly messages: number;
  /** Beside that of the audit log. */
  readonly checkers?: readonly MakeChecker[];
  /** Shown each line of the run. */
  readonly follow?: (line: string) => void;
}

export interface RunReport {
  readonly seed: number;
  readonly faults: string;
  readonly facts: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly environments: Readonly<Record<string, number>>;
  /** Of all that happened: equal for two runs that were the same. */
  readonly digest: string;
}

/**
 * For how long facts are sent. A death of the writer blocks its queue for three minutes, and a run must
 * have many deaths.
 */
const TELLING_MS = { least: 1_800_000, most: 10_800_000 };
/** The rate that a healthy writer reaches at least. */
const RECOVERED_PER_SECOND = 20;
const RECOVERY_MS = 3_600_000;
const DEDUPLICATED_MS = 400;

/** @throws RuleBroken */
export async function runAudit(plan: Plan, settings: RunSettings): Promise<RunReport> {
  const { seed, messages, checkers = [], follow } = settings;
  const log = new EventLog(follow);
  const checker = new AuditChecker();
  const audit = auditOf(plan);
  const look = () => ({
    see: (effect: Effect) => {
      if (effect.kind !== 'put' || effect.bucket !== audit.bucket) return;
      checker.put(effect.version.key, effect.version.bytes);
    },
  });
  const world = new World({
    ...{ plan, seed, log, only: ['audit'] },
    checkers: [look, ...checkers],
  });
  const { scheduler, services } = world;
  const tellingMs = scheduler.random.between(TELLING_MS.least, TELLING_MS.most);
  const told = tellAll(world, audit, { messages, tellingMs });
  const faultyMs = Math.ceil(tellingMs * (0.5 + scheduler.random.fraction()));
  scheduler.after(faultyMs, () => world.heal());
  const queue = services.sqs.queue(audit.queue);
  const isOver = () => checker.facts >= messages && queue.size === 0;
  const until =
    scheduler.startedAt + 2 * tellingMs + (messages / RECOVERED_PER_SECOND) * 1_000 + RECOVERY_MS;
  if (!(await scheduler.run(isOver, until))) {
    const problem = `${checker.facts} of ${messages} facts are recorded, ${queue.size} messages wait`;
    throw new RuleBroken('R40', `${problem}, long after the faults healed`);
  }
  checker.end(told, services.dynamo.table(audit.table).items());
  return {
    seed,
    faults: describeFaults(world.drawn),
    facts: checker.facts,
    virtualMs: scheduler.now - scheduler.startedAt,
    events: scheduler.count,
    environments: Object.fromEntries(
      [...world.functions].map(([name, { environments }]) => [name, environments]),
    ),
    digest: log.digest(),
  };
}

interface AuditPlan {
  readonly queue: string;
  readonly bucket: string;
  readonly table: string;
  readonly hashKeyArn: string;
  readonly publishers: Publishers;
}

function auditOf({ functions, mappings }: Plan): AuditPlan {
  const audit = functions.find(({ name }) => name.endsWith('-audit'));
  const mapping = mappings.find(({ properties }) => properties.FunctionName === audit?.name);
  const env = audit?.properties.Environment?.Variables;
  assert(
    env !== undefined && mapping !== undefined,
    'the stack has an audit function with a queue',
  );
  return {
    queue: mapping.properties.EventSourceArn,
    bucket: env['AUDIT_BUCKET'] ?? '',
    table: env['AUDIT_TABLE'] ?? '',
    hashKeyArn: env['HASH_KEY_ARN'] ?? '',
    publishers: publishersSchema.parse(JSON.parse(env['TELLERS'] ?? '')),
  };
}

/** Sends so many facts, and returns the names by which the log knows them. */
function tellAll(
  world: World,
  audit: AuditPlan,
  { messages, tellingMs }: { readonly messages: number; readonly tellingMs: number },
): Set<string> {
  const { scheduler, services } = world;
  const { random } = scheduler;
  const known = audit.publishers.known.filter(({ kinds }) => kinds.length > 0);
  const publishers = known.map(({ id, as, kinds }) => ({
    kinds: kinds as AuditFactKind[],
    as,
    ...world.outsider(as, `${id}:simulated`),
  }));
  const key = services.secrets.get(audit.hashKeyArn) ?? '';
  const told = new Set<string>();
  for (let number = 0; number < messages; number += 1) {
    const teller = random.pick(publishers as [(typeof publishers)[0], ...typeof publishers]);
    const kind = random.pick(teller.kinds as [AuditFactKind, ...AuditFactKind[]]);
    const id = `simulated/${number}`;
    const fact: AuditFact = {
      id,
      kind,
      at: scheduler.now,
      component: teller.as,
      details: { number },
    };
    told.add(`${kind}#${createHmac('sha256', key).update(id).digest('hex').slice(0, 32)}`);
    const at = random.below(tellingMs);
    const times = random.chance(0.1) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const after = at + time * random.below(DEDUPLICATED_MS);
      scheduler.after(after, () => void tell(teller, audit.queue, fact));
    }
  }
  return told;
}

type Teller = ReturnType<World['outsider']>;

/** Like a sender with an outbox: until the queue has accepted it. */
async function tell({ host, sqs }: Teller, queue: string, fact: AuditFact): Promise<void> {
  for (;;) {
    try {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queue,
          MessageBody: JSON.stringify(fact),
          MessageGroupId: AUDIT_CHAIN,
          MessageDeduplicationId: host.randomId(),
        }),
      );
      return;
    } catch {
      await host.pause(1_000);
    }
  }
}
