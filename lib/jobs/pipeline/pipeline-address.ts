import { createHash } from 'crypto';
import { hasToken } from '../../core/tokens';
import { PipelineSpec } from './pipeline-spec';
import { StepFacts } from './step-facts';

/** Digits of the address in the name of a version: among a billion versions of a model two are alike with a chance of 1 in 500. */
const DIGITS = 12;

/** What decides what a pipeline makes. @internal */
export interface AddressedBy {
  /** Name and version of the source. */
  readonly source: readonly [name: string, version: string];
  readonly spec: PipelineSpec;
  /** Texts of files that steps are given beside their settings. */
  readonly configs: readonly (string | undefined)[];
  readonly image: string;
  /** Name of the GPU, or `cpu`. */
  readonly hardware: string;
}

/**
 * The address of what a pipeline makes: the SHA-256 of all that decides it. Whoever has the same source, steps, checks, image and kind of hardware has the
 * same address, whatever the pipeline is called and wherever its pods have their files.
 *
 * @internal
 */
export function contentAddress({ source, spec, configs, image, hardware }: AddressedBy): string {
  const { steps, checks, seed, trustRemoteCode } = spec;
  // What only Terraform knows has no text that stays.
  const decides = [source, steps, checks, seed, trustRemoteCode, configs, hasToken(image) ? '' : image, hardware];
  return createHash('sha256').update(JSON.stringify(decides)).digest('hex');
}

/**
 * The version that a pipeline makes unless it is told another: that of its source, its steps, and the beginning of its address, e.g.
 * `1-int8-3f2a9c41d07b`.
 *
 * @internal
 */
export function addressedVersion(sourceVersion: string, steps: readonly StepFacts[], address: string): string {
  return [sourceVersion, ...steps.map(({ short }) => short), address.slice(0, DIGITS)].join('-');
}
