import { createHash } from 'crypto';

/** Annotation of pods whose value changes with the configuration that they read at start. */
const CONFIG_CHECKSUM = 'gpu-inference-constructs/config-checksum';

/**
 * The annotation by which pods are replaced when their configuration files change.
 *
 * @param files text by name of file
 *
 * @internal
 */
export function checksumAnnotation(files: { readonly [name: string]: string }): { [key: string]: string } {
  return { [CONFIG_CHECKSUM]: configChecksum(files) };
}

/**
 * The same for a text that is evaluated when the stack is synthesized.
 *
 * @param value the checksum, a late value of `configChecksum`
 *
 * @internal
 */
export function lateChecksumAnnotation(value: string): { [key: string]: string } {
  return { [CONFIG_CHECKSUM]: value };
}

/** @internal */
export function configChecksum(files: { readonly [name: string]: string }): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
