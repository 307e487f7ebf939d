/** What serves the models of a topology. */
export enum InferenceServer {
  /** Triton's vLLM backend: Triton's API and metrics. */
  TRITON = 'TRITON',
  /** vLLM's own server: the API of OpenAI behind a key, adapters, and metrics of the cache and the queue. */
  VLLM = 'VLLM',
}
