import { COMPUTE_VERDICTS } from './string-verdicts-compute';
import { GATEWAY_VERDICTS } from './string-verdicts-gateway';
import { HYBRID_VERDICTS } from './string-verdicts-hybrid';
import { KIND_VERDICTS } from './string-verdicts-kinds';
import { POD_VERDICTS } from './string-verdicts-pods';
import { TRAINING_VERDICTS } from './string-verdicts-training';
import { TRITON_VERDICTS } from './string-verdicts-triton';
import { ALERTING_VERDICTS } from './string-verdicts-alerting';
import { SCALING_VERDICTS } from './string-verdicts-scaling';
import { SYNC_VERDICTS } from './string-verdicts-sync';
import { WORKLOAD_VERDICTS } from './string-verdicts-workloads';

/**
 * What becomes of every text that the public API takes, in the words of `verdicts.ts`: a line for each way in which a text can be in the
 * value (as value, as key, deep inside), with the verdicts on text that looks like a template, on a reference, and on a reference within
 * such text; one verdict where all three are the same. The id of a construct has a row only if a resource has it.
 *
 * A row changes only by intent: a refusal for another reason than the text means that the program of `string-programs-*.ts` is no longer valid.
 */
export const STRING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  ...COMPUTE_VERDICTS,
  ...WORKLOAD_VERDICTS,
  ...SCALING_VERDICTS,
  ...HYBRID_VERDICTS,
  ...ALERTING_VERDICTS,
  ...KIND_VERDICTS,
  ...GATEWAY_VERDICTS,
  ...POD_VERDICTS,
  ...TRITON_VERDICTS,
  ...TRAINING_VERDICTS,
  ...SYNC_VERDICTS,
};
