import { CapacityPlanner, EdgeHardware, GpuType, ModelSpec, PowerBudget } from '../../lib/planning';
import { DataSize } from '../../lib/units';
import { FaultText } from './fault-text';

const server = (gpu: GpuType, gpuCount = 1) =>
  EdgeHardware.server({ gpu, gpuCount, vcpus: 16, memory: DataSize.gib(64) });
const load = { model: ModelSpec.LLAMA_2_13B, contextLength: 4096, concurrency: 1 };

export const TEXTS: FaultText[] = [
  {
    id: 'EDGE_HARDWARE_LACKS_FEATURE',
    property: 'hardware',
    text: 'arm64-cpu has no GPU, and what runs without CUDA is not planned; measure it there, or use hardware with CUDA',
    refuse: () =>
      CapacityPlanner.forEdge({ ...load, hardware: EdgeHardware.cpu({ vcpus: 8, memory: DataSize.gib(16) }) }),
  },
  {
    id: 'POWER_BUDGET_TOO_SMALL',
    property: 'powerBudget',
    text: 'powerBudget (110 W of GPUs) leaves 55 W for each of the 2 × T4 of t4-x2, whose limit cannot be set below 60 W; give at least 120 W, or use a node with 1 of them',
    refuse: () =>
      CapacityPlanner.forEdge({ ...load, hardware: server(GpuType.T4, 2), powerBudget: PowerBudget.ofGpus(110) }),
  },
  {
    id: 'POWER_LIMIT_NOT_KNOWN',
    property: 'powerBudget',
    text: 'powerBudget (200 W, of which 100 W go elsewhere) leaves 100 W for each of the 1 × A10 of a10, which takes up to 150 W, and it is not known how low its limit can be set; give at least 150 W to the GPUs, or use T4, L4, A2 or a Jetson',
    refuse: () =>
      CapacityPlanner.forEdge({ ...load, hardware: server(GpuType.A10), powerBudget: PowerBudget.ofNode(200, 100) }),
  },
  {
    id: 'SHARED_MEMORY_EXCEEDED',
    property: 'gpuMemoryUtilization',
    text: "the memory of JETSON-AGX-ORIN-64GB is the host's too: gpuMemoryUtilization 0.95 of 61.3 GiB leaves 3.07 GiB to it, and the system, the kubelet and the engine's processes need 4 GiB; use at most 0.93, or leave it out",
    refuse: () =>
      CapacityPlanner.forEdge({
        ...{ ...load, hardware: EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB }) },
        gpuMemoryUtilization: 0.95,
      }),
  },
];
