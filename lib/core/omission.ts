import { TerraformElement } from 'cdktf';

/** Key on an element, shared by all loaded copies of the package. */
const NEEDED = Symbol.for('gpu-inference-constructs/needed');

interface Conditional {
  [NEEDED]?: () => boolean;
}

/**
 * Synthesizes an element only while it is needed. What one construct made for another stays in the tree when the other is removed by
 * `tryRemoveChild`; it is left out of the stack then, so that it refers to nothing that does not exist, and is back once it is needed again.
 *
 * @param element a resource or provider
 * @param isNeeded asked at every synthesis
 *
 * @internal
 */
export function synthesizeWhile(element: TerraformElement, isNeeded: () => boolean): void {
  Object.defineProperty(element, NEEDED, { value: isNeeded });
  for (const method of ['toTerraform', 'toHclTerraform', 'toMetadata'] as const) {
    const whole = element[method].bind(element);
    element[method] = () => (isNeeded() ? whole() : {});
  }
}

/**
 * Whether an element is in the synthesized stack.
 *
 * @internal
 */
export function isSynthesized(element: TerraformElement): boolean {
  return (element as Conditional)[NEEDED]?.() ?? true;
}
