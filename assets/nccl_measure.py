import os
import time

import torch
import torch.distributed as dist

torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
dist.init_process_group("nccl")
ranks, rank = dist.get_world_size(), dist.get_rank()
best = 0.0
mib = 64
while mib <= int(os.environ["MAX_MIB"]):
    data = torch.ones(mib * 2**20 // 2, dtype=torch.float16, device="cuda")
    for _ in range(3):
        dist.all_reduce(data)
    torch.cuda.synchronize()
    dist.barrier()
    start = time.perf_counter()
    for _ in range(10):
        dist.all_reduce(data)
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - start) / 10
    bus = mib * 2**20 / seconds * 2 * (ranks - 1) / ranks / 1e9
    best = max(best, bus)
    if rank == 0:
        print(f"acceptance: {mib} MiB in {seconds * 1e3:.2f} ms, bus bandwidth {bus:.2f} GB/s", flush=True)
    del data
    mib *= 4
if rank == 0:
    print(f"acceptance: best bus bandwidth {best:.2f} GB/s", flush=True)
dist.destroy_process_group()
