/** Which hand-written rules of rules/ the generated code runs after the members of which type. */
import type { TypeDefinition } from './type-model.ts';

interface Rule {
  readonly file: string;
  readonly name: string;
  /** Arguments in the generated module: `n` is the object, `r` the report. */
  readonly args: string;
}

/** Name of a note on a Coding: its code system, if the codes of that are loaded. */
export const KNOWN_SYSTEM = 'knownSystem';

/** Name of a note: which type of a choice was found. */
export function choiceNote(name: string): string {
  return `${name}Choice`;
}

/** The types derived from Quantity have invariants that name their systems. */
const QUANTITY = { file: 'data-types.ts', name: 'quantity', args: 'n.system,n.code,r,SYSTEMS' };

const RULES: Readonly<Record<string, Rule>> = {
  Attachment: { file: 'data-types.ts', name: 'attachment', args: 'n.data,n.size,r' },
  Bundle: { file: 'bundle.ts', name: 'bundle', args: 'n,r' },
  CodeSystem: { file: 'code-system.ts', name: 'codeSystem', args: 'n,r' },
  ConceptMap: { file: 'conformance.ts', name: 'conceptMap', args: 'n,r' },
  Coding: {
    file: 'data-types.ts',
    name: 'coding',
    args: `n.system,n.code,r,n.${KNOWN_SYSTEM},n.version,SYSTEMS`,
  },
  ElementDefinition: {
    file: 'structure-definition.ts',
    name: 'elementDefinition',
    args: 'n.type,n,r',
  },
  Identifier: { file: 'data-types.ts', name: 'identifier', args: 'n.system,n.value,r' },
  Meta: { file: 'data-types.ts', name: 'securityLabels', args: 'n.security,r' },
  Quantity: QUANTITY,
  Questionnaire: { file: 'questionnaire.ts', name: 'questionnaire', args: 'n.item,r' },
  Reference: { file: 'reference.ts', name: 'reference', args: 'n.reference,n.type,r' },
  SampledData: { file: 'data-types.ts', name: 'sampledData', args: 'n.data,r' },
  SimpleQuantity: QUANTITY,
  SearchParameter: { file: 'conformance.ts', name: 'searchParameter', args: 'n,r' },
  StructureDefinition: {
    file: 'structure-definition.ts',
    name: 'structureDefinition',
    args: 'n,r',
  },
  ValueSet: { file: 'conformance.ts', name: 'valueSet', args: 'n,r' },
};

/** Statements that are emitted in place of a call. */
const INLINE: Readonly<Record<string, string>> = {
  // ext-1 uses the choice that was found. Testing all choices would take a hundred lookups.
  Extension: `if((n.${choiceNote('value')}===undefined)===(n.extension===undefined))broken(r,"ext-1","Must have either extensions or value[x], not both");`,
  Meta: 'r.declared=n.profile;',
};

export function emitRules(type: TypeDefinition): string {
  const inline = INLINE[type.name] ?? '';
  const rule = RULES[type.name];
  const own = rule ? `${rule.name}(${rule.args});` : '';
  return type.base === 'DomainResource'
    ? `${own}domainResource(n.text,n.contained,r);`
    : `${inline}${own}`;
}

export function ruleImports(): string[] {
  const byFile = Map.groupBy(new Set(Object.values(RULES)), (each) => each.file);
  return [
    ...[...byFile].map(
      ([file, of]) => `import {${of.map((each) => each.name)}} from '../rules/${file}';`,
    ),
    "import {toTargets} from '../rules/reference.ts';",
    "import {domainResource} from '../rules/domain-resource.ts';",
  ];
}
