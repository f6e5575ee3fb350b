/** Removes the faults of a run one by one, to find those that a failure needs. */
import { type Faults, HEALTHY } from '../faults.ts';

type Rates = Readonly<Record<string, unknown>>;

/** The faults that are on, as `calls.lostAnswer`, or `outage.0` for outages. */
export function faultsIn({ outages, ...parts }: Faults): string[] {
  const rates = Object.entries(parts).flatMap(([part, all]) =>
    Object.entries(all as unknown as Rates)
      .filter(([name, rate]) => rate !== healthyOf(part, name))
      .map(([name]) => `${part}.${name}`),
  );
  return [...outages.map((_, place) => `outage.${place}`), ...rates];
}

export function withoutFaults(faults: Faults, names: readonly string[]): Faults {
  if (names.length === 0) return faults;
  const { outages, ...parts } = faults;
  const quieter = Object.entries(parts).map(([part, all]) => {
    const rates = Object.entries(all as unknown as Rates).map(([name, rate]) => {
      const isOff = names.includes(`${part}.${name}`);
      return [name, isOff ? healthyOf(part, name) : rate];
    });
    return [part, Object.fromEntries(rates)];
  });
  const left = outages.filter((_, place) => !names.includes(`outage.${place}`));
  return { ...(Object.fromEntries(quieter) as Faults), outages: left };
}

function healthyOf(part: string, name: string): unknown {
  return (HEALTHY as unknown as Readonly<Record<string, Rates>>)[part]?.[name];
}
