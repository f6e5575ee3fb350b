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
  ConceptMap: { file: 'conformance.ts', name: 'conceptMap' },
  Coding: { file: 'data-types.ts', name: 'coding', args: ',SYSTEMS' },
  Identifier: { file: 'data-types.ts', name: 'identifier' },
  Reference: { file: 'reference.ts', name: 'reference' },
  SampledData: { file: 'data-types.ts', name: 'sampledData' },
  SearchParameter: { file: 'conformance.ts', name: 'searchParameter' },
  ValueSet: { file: 'conformance.ts', name: 'valueSet' },
};

/** What a type's function leaves for later, or decides from what it counted itself. */
const INLINE: Readonly<Record<string, string>> = {
  // ext-1 by the choice that was seen (c0), not by asking for each of its hundred names.
  Extension: `if((c0==='')===(n.extension===undefined))broken(r,"ext-1","Must have either extensions or value[x], not both");`,
  Meta: 'r.declared=n.profile;',
};

export function emitRules(type: TypeDefinition): string {
  const inline = INLINE[type.name] ?? '';
  const rule = RULES[type.name];
  const own = rule ? `${rule.name}(n,r${rule.args ?? ''});` : '';
  return type.base === 'DomainResource' ? `${own}domainResource(n,r);` : `${inline}${own}`;
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
