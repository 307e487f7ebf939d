"""Asks DeepSpeed itself what it thinks of configurations: a list of questions as JSON on standard input, the answers on standard output.

Each has `settings` and `ranks`. `config` asks its class of configurations, `engine` makes its engine of a small model (a pipeline of `stages` where there
are some), and `step` trains it for a step. What is refused is answered by the sentence, what is accepted by what it made of it.
"""

import json
import os
import sys

os.environ.update(MASTER_ADDR='127.0.0.1', RANK='0', LOCAL_RANK='0', WORLD_SIZE='1')

import deepspeed  # noqa: E402
import torch  # noqa: E402
import torch.distributed  # noqa: E402
from deepspeed.accelerator import get_accelerator  # noqa: E402
from deepspeed.pipe import PipelineModule  # noqa: E402
from deepspeed.runtime import config as configs  # noqa: E402


class Ranks:
    """What the class of configurations asks of the processes: how many there are."""

    def __init__(self, ranks):
        self.ranks = ranks

    def get_rank(self):
        return 0

    def get_world_size(self, group=None):
        return self.ranks


def of_config(settings, ranks):
    own, configs.dist = configs.dist, Ranks(ranks)
    try:
        made = configs.DeepSpeedConfig(settings)
    finally:
        configs.dist = own
    zero = made.zero_config
    return {
        'batch': [made.train_batch_size, made.train_micro_batch_size_per_gpu, made.gradient_accumulation_steps],
        'stage': int(zero.stage),
        'bf16': made.bfloat16_config.enabled,
        'fp16': made.float16_config.enabled,
        'offload': [
            each is not None and str(getattr(each.device, 'value', each.device))
            for each in (zero.offload_optimizer, zero.offload_param)
        ],
        'live': zero.max_live_parameters,
        'buckets': [zero.reduce_bucket_size, zero.prefetch_bucket_size],
        'clock': made.wall_clock_breakdown,
        'steps': made.steps_per_print,
        'optimizer': made.optimizer_name,
        'scheduler': made.scheduler_name,
    }


def of_engine(settings, stages, lacks):
    layers = [torch.nn.Linear(8, 8), torch.nn.Linear(8, 8)]
    if stages is None:
        model = torch.nn.Sequential(*layers)
    else:
        model = PipelineModule(layers=layers, num_stages=stages, loss_fn=torch.nn.MSELoss())
    accelerator = get_accelerator()
    if lacks is not None:
        setattr(accelerator, f'is_{lacks}_supported', lambda: False)
    try:
        engine, optimizer, *_ = deepspeed.initialize(model=model, model_parameters=model.parameters(), config=settings)
    finally:
        if lacks is not None:
            delattr(accelerator, f'is_{lacks}_supported')
    return engine, optimizer


def tensors(found, seen):
    """Every tensor that an object holds, at whatever depth."""
    if id(found) in seen:
        return
    seen.add(id(found))
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, dict):
        for each in [*found.keys(), *found.values()]:
            yield from tensors(each, seen)
    elif isinstance(found, (list, tuple, set)):
        for each in found:
            yield from tensors(each, seen)


def of_step(settings, stages, lacks):
    """What the optimizer holds after a step, in bytes for each parameter: its states, and its own copy of the parameters."""
    engine, optimizer = of_engine(settings, stages, lacks)
    dtype = next(engine.module.parameters()).dtype
    loss = engine(torch.ones(1, 8, dtype=dtype)).sum()
    engine.backward(loss)
    engine.step()
    count = sum(getattr(each, 'ds_numel', each.numel()) for each in engine.module.parameters())
    states = {each.data_ptr(): each.nbytes for each in tensors(optimizer.optimizer.state, set()) if each.numel() > 1}
    held = [*states.values()]
    return {'optimizer': type(optimizer).__name__, 'bytesPerParameter': sum(held) / count}


def answer(question):
    settings, asks = question['settings'], question['asks']
    try:
        if asks == 'config':
            return {'accepted': of_config(settings, question['ranks'])}
        made = of_step if asks == 'step' else of_engine
        found = made(settings, question.get('stages'), question.get('lacks'))
        return {'accepted': found if asks == 'step' else {'optimizer': type(found[1]).__name__}}
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return {'refused': str(error)}


if __name__ == '__main__':
    os.environ['MASTER_PORT'] = sys.argv[1]
    deepspeed.init_distributed('gloo')
    answers = [answer(each) for each in json.load(sys.stdin)]
    torch.distributed.destroy_process_group()
    print('ANSWERS', json.dumps(answers))
