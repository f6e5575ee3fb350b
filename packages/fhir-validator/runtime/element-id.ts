/** The id of an element: https://hl7.org/fhir/R4/element.html#id */
import { isString } from './characters.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';

/**
 * Any text without whitespace, unique in its resource. Exception: an ElementDefinition has the same
 * id in the snapshot and in the differential.
 */
export function elementId(
  value: unknown,
  report: Report,
  _step: string,
  _holder: object,
  type: string,
): void {
  report.ids++;
  if (!isString(value) || /\s/.test(value)) {
    report.error(
      'fhir-r4/element-id',
      'value',
      `${quote(value)} is not a valid id of an element`,
      'id',
    );
    return;
  }
  if (type === 'ElementDefinition') return;
  report.elementIds ??= new Set();
  if (report.elementIds.has(value)) {
    const said = `The id ${quote(value)} occurs twice in the resource`;
    report.error('fhir-r4/element-id-unique', 'business-rule', said);
  }
  report.elementIds.add(value);
}
