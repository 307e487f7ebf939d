import { Difference } from './pod-runner';

/** How far the ports at which processes of one server meet lie below those of `freePort`. */
const BELOW = 12_000;

/** What a server of vLLM that a pod of a GPU node states cannot be on the processors of this machine. */
export const onCpu = (port: number): Difference[] => [
  { pod: '--host=0.0.0.0', here: '--host=127.0.0.1', reason: 'nobody else may reach it' },
  { pod: '--port=8000', here: `--port=${port}`, reason: 'several pods have one address' },
  { pod: 'PROBE_PORT=', here: String(port), reason: 'so do its probes' },
  { pod: 'PROBE_DIR=', here: '/etc/vllm-probes', reason: 'the probes know the path of their mount by themselves' },
  { pod: 'VLLM_CPU_OMP_THREADS_BIND=', here: 'nobind', reason: 'CPU engine: its threads may run anywhere' },
  { pod: 'OMP_NUM_THREADS=', here: '2', reason: 'CPU engine: as many as its processors' },
  { pod: 'VLLM_CPU_KVCACHE_SPACE=', here: '1', reason: 'CPU engine: GiB of the cache, which a GPU has of its own' },
  { pod: 'VLLM_HOST_IP=', here: '127.0.0.1', reason: 'its processes meet on the loopback interface' },
  // Else one that the kernel may give to somebody's connection, here where many are made, before the engine listens on it.
  { pod: 'VLLM_PORT=', here: String(port - BELOW), reason: 'its processes meet on a port that no connection takes' },
  { pod: 'TORCHDYNAMO_DISABLE=', here: '1', reason: 'CPU engine: nothing is compiled' },
  { pod: 'VLLM_USE_AOT_COMPILE=', here: '0', reason: 'CPU engine: nor ahead of time' },
];
