/** The statements of the functions' roles. */
import { roleIdOf } from '../template/account.ts';
import type { TemplateReferences } from '../template/references.ts';
import { TemplateError } from '../template/resolve.ts';
import { managedByAws } from './managed-by-aws.ts';
import { list, ofType, type Properties, type Resource } from './resources.ts';
import { checkable, type Statement, statementsOf } from './statements.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** By the unique id that signs their calls. */
export function rolesOf(
  all: readonly Resource[],
  references: TemplateReferences,
): Readonly<Record<string, Role>> {
  const used = new Set(
    ofType(all, 'AWS::Lambda::Function').map(({ properties }) => properties['Role']),
  );
  const roles = ofType(all, 'AWS::IAM::Role')
    .map((role) => ({ role, arn: references.getAtt(role.logicalId, 'Arn', role.logicalId) }))
    .filter(({ arn }) => used.has(arn));
  return Object.fromEntries(
    roles.map(({ role, arn }) => {
      const name = references.nameOf(role.logicalId);
      const statements = statementsOfRole(role, name, all, references);
      return [roleIdOf(name), { name, arn, statements: checkable(statements, role.logicalId) }];
    }),
  );
}

/** Those of its own policies, of the managed ones that it names, and of those that name it. */
function statementsOfRole(
  { logicalId, properties }: Resource,
  name: string,
  all: readonly Resource[],
  references: TemplateReferences,
): readonly Statement[] {
  if (properties['PermissionsBoundary'] !== undefined) {
    throw new TemplateError(`${logicalId}: the local runtime cannot check a PermissionsBoundary`);
  }
  const policies = ofType(all, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy');
  const named = list(properties['ManagedPolicyArns']).map((arn) => {
    const policy = policies.find((each) => references.ref(each.logicalId, logicalId) === arn);
    return policy?.properties['PolicyDocument'] ?? managedByAws(String(arn), logicalId);
  });
  const naming = policies
    .filter((policy) => list(policy.properties['Roles']).includes(name))
    .map((policy) => policy.properties['PolicyDocument']);
  const own = list(properties['Policies']).map(
    (policy) => (policy as Properties)['PolicyDocument'],
  );
  return [...named, ...naming, ...own].flatMap((document) => statementsOf(document, logicalId));
}
