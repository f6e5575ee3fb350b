/** The syntax tree of a FHIRPath expression. */
export type Expression =
  | { readonly kind: 'literal'; readonly type: LiteralType; readonly value: string | boolean }
  | { readonly kind: 'empty' }
  | { readonly kind: 'this' }
  | { readonly kind: 'total' }
  | { readonly kind: 'index' }
  | { readonly kind: 'constant'; readonly name: string }
  | { readonly kind: 'member'; readonly of?: Expression; readonly name: string }
  | {
      readonly kind: 'call';
      readonly of?: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'item'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'sign'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'type';
      readonly operator: 'is' | 'as';
      readonly operand: Expression;
      readonly type: string;
    };

/** Numbers keep their text, so that the generated code has the same text. */
export type LiteralType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'date'
  | 'time'
  /** Its value is a FHIR Quantity as JSON. */
  | 'quantity';

/**
 * The expression uses a feature that this compiler does not support. Callers of the compiler
 * receive it as a value.
 */
export class Unsupported extends Error {
  override readonly name: string = 'Unsupported';
}

/** The expression needs codes that the loaded definitions do not list. */
export class Undecided extends Unsupported {
  override readonly name = 'Undecided';
}
