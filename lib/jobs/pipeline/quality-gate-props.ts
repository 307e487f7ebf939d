import { StoredFiles, StoredText } from './stored-text';

/**
 * What must hold of a model before it is published.
 */
export interface QualityGateProps {
  /** Text on which source and result are compared, like that which the model will read: their perplexity. */
  readonly text: StoredText;
  /**
   * Most that the result may lose against its source, percent: of the perplexity, and of the score of the tasks on average. Above 0 and at most 3, the
   * floor of 97 % accuracy, unless `belowFloor` is set.
   * @default 2
   */
  readonly accuracyLossPercent?: number;
  /** Whether more than 3 % may be lost; at most 100. @default false */
  readonly belowFloor?: boolean;
  /** Tasks of lm-evaluation-harness by which they are compared too. @default - none */
  readonly tasks?: string[];
  /** Folder of the store with the data of the tasks, as the cache of `datasets` has it; the Job reaches no hub. Tasks need it. @default - none */
  readonly taskData?: StoredFiles;
  /** Most bytes of its weights, percent of those of the source in 32 bits. @default 100 */
  readonly sizePercent?: number;
  /** Least tokens per second, percent of what the source does on the same machine. @default - it is measured and reported */
  readonly throughputPercent?: number;
  /** Most parameters, percent of the source's. @default - not checked; with `shareAttentionHeads` those of the attention are */
  readonly parametersPercent?: number;
  /**
   * Longest input that must give finite values and probabilities that add up to one, tokens; 2,049 is tried too.
   * @default - 4096, or the model's own limit where that is less
   */
  readonly longContext?: number;
  /** Window of attention with which it must do so too, tokens. @default - none */
  readonly attentionWindow?: number;
}
