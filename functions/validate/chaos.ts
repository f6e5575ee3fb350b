/**
 * Faults on demand, for the proofs: a resource tagged with a code of this system causes that fault in
 * its worker. Only in a stack built with `-c chaos=on`, which prod refuses.
 */
import process from 'node:process';

export const CHAOS_SYSTEM = 'https://fhir-failsafe.dev/chaos';

class ChaosError extends Error {
  override readonly name = 'ChaosError';
}

/** Causes the fault that the resource asks for, if any. */
export function performChaos(text: string): void {
  if (!text.includes(CHAOS_SYSTEM)) return;
  switch (requestedFault(text)) {
    case 'throw':
      throw new ChaosError('asked to throw');
    case 'hang':
      for (;;);
    case 'heap':
      exhaustHeap();
      break;
    case 'exit':
      process.exit(1);
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal does not arrive at once; no verdict may be given before it does.
      for (;;);
  }
}

function requestedFault(text: string): unknown {
  try {
    const { meta } = JSON.parse(text) as {
      meta?: { tag?: { system?: unknown; code?: unknown }[] };
    };
    return meta?.tag?.find?.((tag) => tag?.system === CHAOS_SYSTEM)?.code;
  } catch {
    return undefined;
  }
}

/** Grows by small objects: one large allocation would take the whole process (R01). */
function exhaustHeap(): never {
  const hoard: object[] = [];
  for (;;) hoard.push({ hoarded: hoard.length });
}
