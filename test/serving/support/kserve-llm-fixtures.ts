import { KServeLlmInferenceService, KServeLlmInferenceServiceProps } from '../../../lib/serving';
import { Overrides, serveIn } from './kserve-fixtures';

/** What a test of a service may say; the rest is an 8B model on g5.xlarge. */
export type KServeLlmOverrides = Overrides<KServeLlmInferenceServiceProps>;

/** An LLMInferenceService in a site of its own. */
export const serveLlm = (overrides: KServeLlmOverrides = {}) => serveIn(KServeLlmInferenceService, overrides);
