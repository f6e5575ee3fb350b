/** Breaks deployments on purpose, and restores what was there before. */
import type { LocalFunction } from './control.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';

/** No bundle has such a file, so loading fails as for a handler that was left out. */
const NOT_THERE = 'left-out.handler';

export class Deployments {
  readonly #functions: ReadonlyMap<string, FunctionSpec>;
  readonly #replace: (functionName: string) => void;

  /** @param replace ends the environments of a function */
  constructor(
    functions: ReadonlyMap<string, FunctionSpec>,
    replace: (functionName: string) => void,
  ) {
    this.#functions = functions;
    this.#replace = replace;
  }

  readonly list = (): LocalFunction[] =>
    [...this.#functions.values()].map(({ name: functionName, variables }) => ({
      functionName,
      broken: variables['_HANDLER'] === NOT_THERE,
    }));

  readonly breakOrMend = (functionName: string, broken: boolean): void => {
    const spec = this.#functions.get(functionName);
    if (spec === undefined) return;
    spec.variables['_HANDLER'] = broken ? NOT_THERE : spec.handler;
    this.#replace(functionName);
  };
}
