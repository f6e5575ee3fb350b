/** Which hand-written rules of fhir/rules/ the generated code runs at the end of which type. */
import type { TypeDefinition } from './type-model.ts';

interface Rule {
  readonly file: string;
  readonly name: string;
  /** Further arguments, names of the generated module. */
  readonly args?: string;
}

const RULES: Readonly<Record<string, Rule>> = {
  Attachment: { file: 'data-types.ts', name: 'attachment' },
  Bundle: { file: 'bundle.ts', name: 'bundle' },
  CodeSystem: { file: 'code-system.ts', name: 'codeSystem' },
  Coding: { file: 'data-types.ts', name: 'coding', args: ',SYSTEMS' },
  Identifier: { file: 'data-types.ts', name: 'identifier' },
  Reference: { file: 'reference.ts', name: 'reference' },
  SearchParameter: { file: 'conformance.ts', name: 'searchParameter' },
  ValueSet: { file: 'conformance.ts', name: 'valueSet' },
};

export function emitRules(type: TypeDefinition): string {
  const rule = RULES[type.name];
  const own = rule ? `${rule.name}(n,r${rule.args ?? ''});` : '';
  return type.base === 'DomainResource' ? `${own}domainResource(n,r);` : own;
}

export function ruleImports(): string[] {
  const byFile = Map.groupBy(Object.values(RULES), (each) => each.file);
  return [
    ...[...byFile].map(
      ([file, of]) => `import {${of.map((each) => each.name)}} from '../rules/${file}';`,
    ),
    "import {target,targets} from '../rules/reference.ts';",
    "import {domainResource} from '../rules/domain-resource.ts';",
  ];
}
