/**
 * One matcher of a selector: `job="triton"`.
 *
 * @internal
 */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/**
 * How the series of two vectors are paired.
 *
 * @internal
 */
export interface VectorMatching {
  /** Labels that must be equal. Without them, all but `ignoring`. */
  readonly on?: readonly string[];
  readonly ignoring?: readonly string[];
  /** Side that may have several series for one of the other. */
  readonly many?: 'left' | 'right';
  /** Labels that the result takes from the other side. */
  readonly include: readonly string[];
}

/**
 * Part of the text.
 *
 * @internal
 */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** @internal */
export interface LiteralExpression extends Place {
  readonly kind: 'number' | 'string';
  /** Of a number; a duration counts in seconds. */
  readonly value?: number;
  /** Of a string, without quotes. */
  readonly text?: string;
}

/** @internal */
export interface SelectorExpression extends Place {
  readonly kind: 'selector';
  /** Empty when only its labels are given. */
  readonly name: string;
  readonly matchers: readonly LabelMatcher[];
}

/** A selector with a window, or a subquery: its window and its resolution. @internal */
export interface RangeExpression extends Place {
  readonly kind: 'range' | 'subquery';
  readonly of: PromqlExpression;
  /** Seconds. Undefined where it is computed. */
  readonly window?: number;
}

/** @internal */
export interface CallExpression extends Place {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly PromqlExpression[];
}

/** @internal */
export interface AggregationExpression extends Place {
  readonly kind: 'aggregation';
  readonly operator: string;
  readonly by?: readonly string[];
  readonly without?: readonly string[];
  /** The parameter of `topk` and its like. */
  readonly parameter?: PromqlExpression;
  readonly of: PromqlExpression;
}

/** @internal */
export interface BinaryExpression extends Place {
  readonly kind: 'binary';
  readonly operator: string;
  readonly bool: boolean;
  /** What is said of pairing; undefined when nothing is. */
  readonly matching?: VectorMatching;
  readonly left: PromqlExpression;
  readonly right: PromqlExpression;
}

/** A sign. @internal */
export interface UnaryExpression extends Place {
  readonly kind: 'unary';
  readonly of: PromqlExpression;
}

/** `offset` or `@`. @internal */
export interface ShiftExpression extends Place {
  readonly kind: 'shift';
  readonly by: 'offset' | '@';
  readonly of: PromqlExpression;
}

/**
 * A PromQL expression as a tree; parentheses are not represented.
 *
 * @internal
 */
export type PromqlExpression =
  | LiteralExpression
  | SelectorExpression
  | RangeExpression
  | CallExpression
  | AggregationExpression
  | BinaryExpression
  | UnaryExpression
  | ShiftExpression;

/** Operators that keep or drop whole series. @internal */
export const SET_OPERATORS = ['and', 'or', 'unless'];

/** @internal */
export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

/**
 * Type of a value: one number, text, one sample of each series, or all samples of a window.
 *
 * @internal
 */
export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';
