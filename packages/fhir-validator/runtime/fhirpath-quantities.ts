/**
 * FHIRPath's arithmetic of quantities in UCUM: https://hl7.org/fhirpath/N1/#math
 * Undefined if a side is something else, or in a unit that cannot be converted.
 */
import { type Measure, UCUM } from './identity.ts';
import { inBaseUnits } from './ucum.ts';

type Made = Measure & { readonly system: string };

/** In the unit of the left side. `sign` is -1 for a difference. */
export function quantitySum(
  left: Measure,
  right: Measure,
  sign: 1 | -1,
  rounded: (value: number) => number,
): Made | undefined {
  const more = left.code === right.code ? right.value : converted(right, left.code);
  return more === undefined ? undefined : made(rounded(left.value + sign * more), left.code);
}

export function made(value: number, code: string): Made {
  return { value, system: UCUM, code };
}

/** A scale that does not begin at zero, such as that of temperatures in degrees, has no factor. */
function converted({ value, code }: Measure, to: string): number | undefined {
  const [own, zero, one] = [inBaseUnits(value, code), inBaseUnits(0, to), inBaseUnits(1, to)];
  if (own === undefined || one === undefined || own.dimensions !== one.dimensions) return undefined;
  const isScale = zero?.value === 0 && inBaseUnits(0, code)?.value === 0;
  return isScale ? own.value / one.value : undefined;
}
