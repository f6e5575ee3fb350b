/**
 * Decides whether a function's role may make a call, as IAM does: a Deny wins, and what nothing allows is
 * refused. Calls of anybody else are not checked: operators and producers have no role in the template.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { ACCOUNT, arn, ROOT } from '../template/account.ts';
import type { Access } from './access.ts';
import type { Caller } from './caller.ts';
import { type Context, fulfils, patternOf } from './conditions.ts';
import type { Role } from './roles.ts';
import type { Principal, Statement } from './statements.ts';

/** What a call asks for. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  /** The ARN of the table, queue, topic, bucket or secret that the resource is a part of. */
  readonly within?: string;
  /** The values of the service's own condition keys. */
  readonly context?: Context;
}

export interface Refusal {
  readonly message: string;
  /** Whether the call itself is allowed, but not its use of the key. */
  readonly ofKey: boolean;
}

/** Of all services but DynamoDB, whose calls all need the same. */
const USES_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sns:Publish': ['kms:GenerateDataKey', 'kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  's3:GetObject': ['kms:Decrypt'],
  's3:GetObjectVersion': ['kms:Decrypt'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
};

/** Called once for each action that a function is refused, without the key of an object. */
export type OnRefused = (said: string) => void;

/** As many as a stack has of pairs of a role and what it asks for, objects of S3 aside. */
const REMEMBERED_MAX = 1_000;

type Statements = {
  readonly ofRole: readonly Statement[];
  readonly ofPolicy: readonly Statement[];
  /** Of the resource's policy: they allow the account to allow. Only keys need them. */
  readonly toAccount: readonly Statement[];
};

export class Permissions {
  readonly access: Access;
  readonly #relevant = new Map<string, Statements>();
  readonly #refused = new Set<string>();
  readonly #onRefused: OnRefused;

  constructor(access: Access, onRefused: OnRefused) {
    this.access = access;
    this.#onRefused = onRefused;
  }

  /** Why a call is refused. Undefined if it is allowed. */
  refusalOf(caller: Caller | undefined, asked: Asked): Refusal | undefined {
    const refusal = this.#refusalOf(caller, asked);
    if (caller && refusal) this.#tell(caller, asked, refusal);
    return refusal;
  }

  #tell({ session }: Caller, { action, resource, within = resource }: Asked, refusal: Refusal) {
    const key = refusal.ofKey ? ', whose key it may not use' : '';
    const said = `the role of ${session} does not allow ${action} on ${within}${key}`;
    if (this.#refused.has(said)) return;
    this.#refused.add(said);
    this.#onRefused(said);
  }

  #refusalOf(caller: Caller | undefined, asked: Asked): Refusal | undefined {
    const role = caller && this.access.roles[caller.roleId];
    if (!role) return undefined;
    const reason = this.#reasonOf(caller, role, asked);
    if (reason !== undefined) {
      return { message: messageOf(caller, role, asked, reason), ofKey: false };
    }
    const key = this.access.keys[asked.within ?? asked.resource];
    if (key === undefined) return undefined;
    const [service = ''] = asked.action.split(':');
    const via = [`${service}.${ACCOUNT.region}.${ACCOUNT.urlSuffix}`];
    const context: Context = (name) => (name === 'kms:ViaService' ? via : undefined);
    for (const action of usesOfKey(asked.action)) {
      const use = { action, resource: key, context };
      const why = this.#reasonOf(caller, role, use);
      if (why !== undefined) {
        return { message: messageOf(caller, role, use, why), ofKey: true };
      }
    }
    return undefined;
  }

  #reasonOf(caller: Caller, role: Role, asked: Asked): string | undefined {
    const { ofRole, ofPolicy, toAccount } = this.#statements(caller.roleId, role, asked);
    const context = contextOf(caller, role, asked.context);
    const decides = ({ effect, conditions }: Statement, wanted: Statement['effect']) =>
      effect === wanted && fulfils(context, conditions);
    if (ofRole.some((statement) => decides(statement, 'Deny'))) {
      return 'with an explicit deny in an identity-based policy';
    }
    if (ofPolicy.some((statement) => decides(statement, 'Deny'))) {
      return 'with an explicit deny in a resource-based policy';
    }
    const isAllowedBy = (some: readonly Statement[]) => some.some((one) => decides(one, 'Allow'));
    if (isAllowedBy(ofPolicy)) return undefined;
    if (asked.action.startsWith('kms:') && !isAllowedBy(toAccount)) {
      return `because no resource-based policy allows the ${asked.action} action`;
    }
    if (isAllowedBy(ofRole)) return undefined;
    return `because no identity-based policy allows the ${asked.action} action`;
  }

  /** The statements that speak of this action on this resource, whatever their conditions. */
  #statements(roleId: string, role: Role, { action, resource, within }: Asked): Statements {
    const key = `${roleId} ${action} ${resource}`;
    const known = this.#relevant.get(key);
    if (known) return known;
    const speaks = (statement: Statement) => speaksOf(statement, action, resource);
    const policy = (this.access.onResources[within ?? resource] ?? []).filter(speaks);
    const found = {
      ofRole: role.statements.filter(speaks),
      ofPolicy: policy.filter(({ effect, principal = {} }) =>
        effect === 'Deny'
          ? names(principal, ROLES, role.arn, ...OWN_ACCOUNT)
          : names(principal, ROLES, role.arn),
      ),
      toAccount: policy.filter(({ principal = {} }) => names(principal, ROLES, ...OWN_ACCOUNT)),
    };
    if (this.#relevant.size >= REMEMBERED_MAX) this.#relevant.clear();
    this.#relevant.set(key, found);
    return found;
  }
}

export function speaksOf(statement: Statement, action: string, resource: string): boolean {
  return (
    statement.actions.some((one) => patternOf(one.toLowerCase()).test(action.toLowerCase())) &&
    statement.resources.some((one) => patternOf(one).test(resource))
  );
}

/** Named as a principal, it is denied for all its roles, and allows them only what their own policies do. */
const OWN_ACCOUNT = [ACCOUNT.id, ROOT];

/** The kind of principal by which a policy names roles and accounts. */
const ROLES = ['AWS'];

/** Whether a principal, looked at by these kinds, names one of those that are meant. */
export function names(
  principal: Principal,
  kinds: readonly string[],
  ...meant: readonly string[]
): boolean {
  if (principal === '*') return true;
  const named = kinds.flatMap((kind) => principal[kind] ?? []);
  return named.some((name) => name === '*' || meant.includes(name));
}

/** What a call needs of the key that encrypts its resource. */
export function usesOfKey(action: string): readonly string[] {
  return action.startsWith('dynamodb:') ? ['kms:Decrypt'] : (USES_OF_KEY[action] ?? []);
}

/** Calls are encrypted on AWS, though not here. */
function contextOf({ session }: Caller, role: Role, ofService: Context | undefined): Context {
  const shared: Readonly<Record<string, readonly string[]>> = {
    'aws:PrincipalArn': [role.arn],
    'aws:SecureTransport': ['true'],
    's3:TlsVersion': ['1.3'],
    'lambda:SourceFunctionArn': [arn('lambda', `function:${session}`)],
  };
  return (key) => shared[key] ?? ofService?.(key);
}

function messageOf({ session }: Caller, { name }: Role, asked: Asked, reason: string): string {
  const user = `arn:${ACCOUNT.partition}:sts::${ACCOUNT.id}:assumed-role/${name}/${session}`;
  return `User: ${user} is not authorized to perform: ${asked.action} on resource: ${asked.resource} ${reason}`;
}
