/** Counts what a DynamoDB client reads and writes, in calls and in the units that AWS bills. */
import type { Table } from '../../aws/handles.ts';

interface Counts {
  readonly reads: number;
  readonly writes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
}
/** For a batch: one per table. */
interface Answer {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

const unitsOf = ({ ConsumedCapacity = [] }: Answer) =>
  [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);

class Meter {
  #counts: Counts = { reads: 0, writes: 0, readUnits: 0, writeUnits: 0 };

  attach(stack: Table['dynamo']['middlewareStack']): void {
    stack.add(
      (next, context) => async (args) => {
        const isWrite = String(context['commandName']).startsWith('Put');
        const input = { ...(args.input as object), ReturnConsumedCapacity: 'TOTAL' };
        try {
          const answer = await next({ ...args, input } as typeof args);
          this.#count(isWrite, unitsOf(answer.output as Answer));
          return answer;
        } catch (error) {
          // A write whose condition failed is billed as a write.
          this.#count(isWrite, 1);
          throw error;
        }
      },
      { step: 'initialize', name: 'meter' },
    );
  }

  read(): Counts {
    return this.#counts;
  }

  since(before: Counts): Counts {
    const now = this.#counts;
    return {
      reads: now.reads - before.reads,
      writes: now.writes - before.writes,
      readUnits: now.readUnits - before.readUnits,
      writeUnits: now.writeUnits - before.writeUnits,
    };
  }

  #count(isWrite: boolean, units: number): void {
    const { reads, writes, readUnits, writeUnits } = this.#counts;
    this.#counts = isWrite
      ? { reads, writes: writes + 1, readUnits, writeUnits: writeUnits + units }
      : { reads: reads + 1, writes, readUnits: readUnits + units, writeUnits };
  }
}

export const meter = new Meter();
