/**
 * Compares values in the UCUM units of clinical quantities, by a factor and dimensions. Other units
 * are undecided. https://ucum.org/ucum
 */

/**
 * A unit is `factor` times the base units to the powers of `dimensions`, plus an offset (only for
 * temperatures).
 */
interface Unit {
  readonly factor: number;
  readonly offset: number;
  /** Powers of m, g, s, K, mol, and of units that are not derived from these. */
  readonly dimensions: ReadonlyMap<string, number>;
  /** Whether it may have a prefix. */
  readonly isMetric: boolean;
}

const PREFIXES: Readonly<Record<string, number>> = {
  Y: 1e24,
  Z: 1e21,
  E: 1e18,
  P: 1e15,
  T: 1e12,
  G: 1e9,
  M: 1e6,
  k: 1e3,
  h: 1e2,
  da: 1e1,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
  p: 1e-12,
  f: 1e-15,
  a: 1e-18,
  z: 1e-21,
  y: 1e-24,
};

/**
 * `atom factor dimensions`. Dimensions are written `m1s-1`. A star marks units that may have a
 * prefix.
 */
const ATOMS = `
*m 1 m1; *g 1 g1; *s 1 s1; *K 1 K1; *mol 1 n1; *A 1 A1; *cd 1 c1; *rad 1 -; *sr 1 -;
1 1 -; % 0.01 -; [ppth] 1e-3 -; [ppm] 1e-6 -; [ppb] 1e-9 -; 10* 10 -; 10^ 10 -; [pi] 3.141592653589793 -;
min 60 s1; h 3600 s1; d 86400 s1; wk 604800 s1; a 31557600 s1; a_j 31557600 s1; mo 2629800 s1; mo_j 2629800 s1;
*L 1e-3 m3; *l 1e-3 m3; *t 1e6 g1; *ar 100 m2; deg 0.017453292519943295 -; *u 1.66053906660e-24 g1;
*Hz 1 s-1; *N 1000 g1m1s-2; *Pa 1000 g1m-1s-2; *J 1000 g1m2s-2; *W 1000 g1m2s-3; *C 1 A1s1; *V 1000 g1m2s-3A-1;
*Ohm 1000 g1m2s-3A-2; *S 0.001 g-1m-2s3A2; *F 0.001 g-1m-2s4A2; *T 1000 g1s-2A-1; *Wb 1000 g1m2s-2A-1; *H 1000 g1m2s-2A-2;
*lm 1 c1; *lx 1 c1m-2; *Bq 1 s-1; *Gy 1 m2s-2; *Sv 1 m2s-2; *kat 1 n1s-1; *U 1.6666666666666667e-8 n1s-1;
*bar 1e8 g1m-1s-2; *m[Hg] 133322387.415 g1m-1s-2; *m[H2O] 9806650 g1m-1s-2; atm 101325000 g1m-1s-2;
*cal 4184 g1m2s-2; *cal_th 4184 g1m2s-2; [Cal] 4184000 g1m2s-2; *eV 1.602176634e-16 g1m2s-2; *eq 1 n1; *osm 1 n1;
[in_i] 0.0254 m1; [ft_i] 0.3048 m1; [yd_i] 0.9144 m1; [mi_i] 1609.344 m1; [in_us] 0.025400050800101603 m1; [ft_us] 0.3048006096012192 m1;
[lb_av] 453.59237 g1; [oz_av] 28.349523125 g1; [gr] 0.06479891 g1; [stone_av] 6350.29318 g1; [lb_tr] 373.2417216 g1; [oz_tr] 31.1034768 g1;
[foz_us] 2.95735295625e-5 m3; [gal_us] 3.785411784e-3 m3; [pt_us] 4.73176473e-4 m3; [qt_us] 9.46352946e-4 m3; [cup_us] 2.365882365e-4 m3;
[tsp_us] 4.92892159375e-6 m3; [tbs_us] 1.478676478125e-5 m3; [drp] 5e-8 m3; [cin_i] 1.6387064e-5 m3;
*[iU] 1 i1; *[IU] 1 i1; [arb'U] 1 arb1; [USP'U] 1 usp1; [CFU] 1 cfu1; [lbf_av] 4448.2216152605 g1m1s-2; [psi] 6894757.293168361 g1m-1s-2
`;

const TEMPERATURES: Readonly<Record<string, readonly [factor: number, offset: number]>> = {
  Cel: [1, 273.15],
  '[degF]': [5 / 9, 459.67 * (5 / 9)],
};

const CODE_MAX = 64;
let atoms: ReadonlyMap<string, Unit> | undefined;

/** The value in base units, and the base units. Undefined if the unit is not known. */
export function inBaseUnits(
  value: number,
  code: string,
): { value: number; dimensions: string } | undefined {
  const unit = code.length > CODE_MAX ? undefined : unitOf(code);
  if (unit === undefined) return undefined;
  const powers = [...unit.dimensions].filter(([, power]) => power !== 0).sort();
  return { value: value * unit.factor + unit.offset, dimensions: powers.join(' ') };
}

function unitOf(code: string): Unit | undefined {
  const temperature = Object.hasOwn(TEMPERATURES, code) ? TEMPERATURES[code] : undefined;
  if (temperature) {
    const [factor, offset] = temperature;
    return { factor, offset, dimensions: new Map([['K', 1]]), isMetric: false };
  }
  return productOf(code);
}

/** Terms joined by `.` and `/`. Brackets are not supported, annotations in braces are ignored. */
function productOf(code: string): Unit | undefined {
  let factor = 1;
  const dimensions = new Map<string, number>();
  const plain = code.replace(/\{[^{}]*\}/g, '');
  const terms = plain === '' ? [] : plain.split(/([./])/);
  for (let i = 0; i < terms.length; i += 2) {
    const sign = terms[i - 1] === '/' ? -1 : 1;
    const text = terms[i] ?? '';
    // Empty before the slash of `/min`, or if the term was only an annotation.
    if (text === '') continue;
    const term = termOf(text);
    if (term === undefined) return undefined;
    factor *= term.unit.factor ** (term.power * sign);
    for (const [name, power] of term.unit.dimensions) {
      dimensions.set(name, (dimensions.get(name) ?? 0) + power * term.power * sign);
    }
  }
  return { factor, offset: 0, dimensions, isMetric: false };
}

/** An atom with optional prefix and power: `mm2`, `10*3`, `ug`. */
function termOf(text: string): { unit: Unit; power: number } | undefined {
  if (/^[0-9]+$/.test(text)) {
    const dimensions = new Map<string, number>();
    return { unit: { factor: Number(text), offset: 0, dimensions, isMetric: false }, power: 1 };
  }
  const [, name = '', power = '1'] = /^(.*?[^0-9+-])([+-]?[0-9]{1,2})?$/.exec(text) ?? [];
  const unit = atomOf(name);
  return unit && { unit, power: Number(power) };
}

function atomOf(name: string): Unit | undefined {
  atoms ??= readAtoms();
  const own = atoms.get(name);
  if (own) return own;
  for (const length of [1, 2]) {
    const prefix = name.slice(0, length);
    const atom = atoms.get(name.slice(length));
    if (atom?.isMetric && Object.hasOwn(PREFIXES, prefix)) {
      return { ...atom, factor: atom.factor * (PREFIXES[prefix] ?? 1) };
    }
  }
  return undefined;
}

function readAtoms(): Map<string, Unit> {
  return new Map(
    ATOMS.split(';').map((line) => {
      const [name = '', factor = '1', powers = ''] = line.trim().split(' ');
      const isMetric = name.startsWith('*') && name.length > 1;
      const dimensions = new Map(
        [...powers.matchAll(/([A-Za-z]+)(-?[0-9]+)/g)].map(([, of = '', power]) => [
          of,
          Number(power),
        ]),
      );
      const unit = { factor: Number(factor), offset: 0, dimensions, isMetric };
      return [isMetric ? name.slice(1) : name, unit];
    }),
  );
}
