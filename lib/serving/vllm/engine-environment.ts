import { CapacityPlan } from '../../planning/capacity-plan';

/**
 * Environment variables that the settings of plans need. vLLM's second model runner, the default of many models from 0.22 on, leaves all weights on
 * the GPU whatever `cpu_offload_gb` says, and does not tell (vllm-project/vllm#51396, open in November 2026; seen with 0.24.0, bench/vllm).
 *
 * @internal
 */
export function engineEnvironment(plans: readonly CapacityPlan[]): { [name: string]: string } {
  return plans.some(({ cpuOffload }) => cpuOffload.bytes > 0) ? { VLLM_USE_V2_MODEL_RUNNER: '0' } : {};
}
