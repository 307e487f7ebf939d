import { ALERTING_ARGUMENTS, ALERTING_STRUCTS } from './string-programs-alerting';
import { COMPUTE_ARGUMENTS, COMPUTE_STRUCTS, Given, Program } from './string-programs-compute';
import { GATEWAY_ARGUMENTS, GATEWAY_STRUCTS } from './string-programs-gateway';
import { HYBRID_ARGUMENTS, HYBRID_STRUCTS } from './string-programs-hybrid';
import { KIND_ARGUMENTS, KIND_STRUCTS } from './string-programs-kinds';
import { POD_ARGUMENTS, POD_STRUCTS } from './string-programs-pods';
import { TRAINING_ARGUMENTS, TRAINING_STRUCTS } from './string-programs-training';
import { SCALING_ARGUMENTS, SCALING_STRUCTS } from './string-programs-scaling';
import { SYNC_ARGUMENTS, SYNC_STRUCTS } from './string-programs-sync';
import { VLLM_ARGUMENTS, VLLM_STRUCTS } from './string-programs-vllm';
import { WORKLOAD_ARGUMENTS, WORKLOAD_STRUCTS } from './string-programs-workloads';
import { TRITON_ARGUMENTS, TRITON_STRUCTS } from './triton-programs';

const STRUCTS = {
  ...COMPUTE_STRUCTS,
  ...WORKLOAD_STRUCTS,
  ...ALERTING_STRUCTS,
  ...POD_STRUCTS,
  ...VLLM_STRUCTS,
  ...GATEWAY_STRUCTS,
  ...TRAINING_STRUCTS,
  ...SCALING_STRUCTS,
  ...HYBRID_STRUCTS,
  ...KIND_STRUCTS,
  ...TRITON_STRUCTS,
  ...SYNC_STRUCTS,
};
const ARGUMENTS = {
  ...COMPUTE_ARGUMENTS,
  ...WORKLOAD_ARGUMENTS,
  ...ALERTING_ARGUMENTS,
  ...POD_ARGUMENTS,
  ...VLLM_ARGUMENTS,
  ...GATEWAY_ARGUMENTS,
  ...TRAINING_ARGUMENTS,
  ...SCALING_ARGUMENTS,
  ...HYBRID_ARGUMENTS,
  ...KIND_ARGUMENTS,
  ...TRITON_ARGUMENTS,
  ...SYNC_ARGUMENTS,
};

/** The program that sets a property or passes an argument; undefined if the tables have none. */
export function programOf(name: string): ((value: unknown) => Program) | undefined {
  if (name.includes('(')) return ARGUMENTS[name];
  const [struct, property] = name.split('.');
  const program = STRUCTS[struct];
  return program && ((value) => program({ [property]: value }));
}

/** The program that uses a struct, with some properties set; undefined if the tables have none. */
export function stringProgramOf(struct: string): ((given: Given) => Program) | undefined {
  return STRUCTS[struct];
}
