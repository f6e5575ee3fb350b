/** The validator that the build generated from the base definitions and the configured packages. */
import { CompiledValidator, type Limits, type Validation } from './compiled-validator.ts';
import * as compiled from './generated/validator.js';

export type { Limits, Validation };

const validator = new CompiledValidator(compiled);

export function validateText(text: string, limits?: Limits): Validation {
  return validator.validateText(text, limits);
}

export function validateResource(value: unknown, limits?: Limits): Validation {
  return validator.validateResource(value, limits);
}
