/** Rules in the prose of the conformance resources. */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';
import { isAbsolute } from './uris.ts';

type Value = Record<string, unknown>;

/** https://hl7.org/fhir/R4/searchparameter.html: a composite has the parts it is composed of. */
export function searchParameter({ type, component }: Value, report: Report): void {
  if (type === 'composite' && (!Array.isArray(component) || component.length < 2)) {
    report.error('business-rule', 'A composite search parameter has two components at least');
  }
}

/** https://hl7.org/fhir/R4/valueset.html: code systems are named by their absolute uris. */
export function valueSet({ compose }: Value, report: Report): void {
  if (!isObject(compose)) return;
  for (const part of ['include', 'exclude']) {
    const sets = compose[part];
    for (const [i, each] of Array.isArray(sets) ? sets.entries() : []) {
      const system = isObject(each) ? each['system'] : undefined;
      if (typeof system !== 'string' || isAbsolute(system)) continue;
      const said = `The system ${quote(system)} must be absolute`;
      report.error('value', said, `compose.${part}[${i}]`);
    }
  }
}
