/** Rules from the text about conformance resources. */
import { isString } from '../runtime/characters.ts';
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { codeSystemUrl, valueSetAsSystem } from './data-types.ts';
import { fhirPathFault } from './fhirpath-syntax.ts';
import { eachNode, pathOf } from './nodes.ts';
import { isValueSetUrl } from './uris.ts';

type Value = Record<string, unknown>;

/**
 * A composite needs components, and the expression must be FHIRPath:
 * https://hl7.org/fhir/R4/searchparameter.html
 */
export function searchParameter({ type, component, expression }: Value, report: Report): void {
  if (type === 'composite' && (!Array.isArray(component) || component.length < 2)) {
    const said = 'A composite search parameter must have at least two components';
    report.error('fhir-r4/searchparameter-component', 'business-rule', said);
  }
  fhirPath(expression, report, 'expression');
  for (const [i, each] of Array.isArray(component) ? component.entries() : []) {
    if (isObject(each)) fhirPath(each['expression'], report, `component[${i}].expression`);
  }
}

export function fhirPath(expression: unknown, report: Report, step: string): void {
  const fault = isString(expression) ? fhirPathFault(expression) : undefined;
  if (fault === undefined) return;
  report.error('fhir-r4/fhirpath-syntax', 'value', `Not FHIRPath: ${quote(fault)}`, step);
}

/** Code systems must be named by absolute uris: https://hl7.org/fhir/R4/valueset.html */
export function valueSet({ compose, expansion }: Value, report: Report): void {
  if (isObject(expansion)) {
    eachNode(expansion['contains'], 'contains', ({ system }, way) => {
      if (typeof system !== 'string' || !isValueSetUrl(system) || report.isFull) return;
      valueSetAsSystem(system, report, `expansion.${pathOf(way, 'contains')}.system`);
    });
  }
  if (!isObject(compose)) return;
  for (const part of ['include', 'exclude']) {
    const sets = compose[part];
    for (const [i, each] of Array.isArray(sets) ? sets.entries() : []) {
      const system = isObject(each) ? each['system'] : undefined;
      if (typeof system === 'string') codeSystemUrl(system, report, `compose.${part}[${i}]`);
    }
  }
}

/** A group maps one code system to another: https://hl7.org/fhir/R4/conceptmap.html */
export function conceptMap({ group }: Value, report: Report): void {
  for (const [i, each] of Array.isArray(group) ? group.entries() : []) {
    if (!isObject(each)) continue;
    for (const name of ['source', 'target']) {
      const system = each[name];
      if (typeof system === 'string') codeSystemUrl(system, report, `group[${i}].${name}`);
    }
  }
}
