"""What vLLM itself takes for the models of models.json, loaded on the CPU with random weights.

usage: measure.py MODELS.json WORK_FOLDER OUT.json [NAME ...]

Every configuration is made by `transformers` and read by vLLM from its config.json, as it would be from a checkpoint. One process measures
them all, because importing vLLM takes longer than loading a tiny model.
"""

import gc
import json
import math
import os
import pathlib
import sys
import time
import traceback

os.environ.update(VLLM_ENABLE_V1_MULTIPROCESSING='0', VLLM_LOGGING_LEVEL=os.environ.get('VLLM_LOGGING_LEVEL', 'ERROR'))

import torch  # noqa: E402
import transformers  # noqa: E402
import vllm  # noqa: E402
from transformers import CONFIG_MAPPING  # noqa: E402
from vllm.config import CUDAGraphMode, ModelConfig  # noqa: E402
from vllm.distributed import cleanup_dist_env_and_memory  # noqa: E402
from vllm.engine.arg_utils import EngineArgs  # noqa: E402
from vllm.model_executor.layers.attention import mla_attention  # noqa: E402
from vllm.model_executor.layers.fused_moe import config as moe_config  # noqa: E402
from vllm.model_executor.model_loader import base_loader  # noqa: E402
from vllm.model_executor.models import registry  # noqa: E402
from vllm.multimodal.registry import MultiModalRegistry  # noqa: E402
from vllm.platforms import current_platform  # noqa: E402
from vllm.triton_utils import triton  # noqa: E402
from vllm.transformers_utils.config import _CONFIG_REGISTRY  # noqa: E402
from vllm.v1.attention.backend import AttentionCGSupport, MultipleOf  # noqa: E402
from vllm.v1.attention.backends.cpu_attn import CPUAttentionBackend  # noqa: E402
from vllm.v1.attention.backends.registry import AttentionBackendEnum  # noqa: E402
from vllm.v1.core import kv_cache_utils  # noqa: E402
from vllm.v1.engine.core import EngineCore  # noqa: E402
from vllm.v1.executor import Executor  # noqa: E402
from vllm.v1.worker.cpu_model_runner import CPUModelRunner  # noqa: E402
from vllm.v1.worker.workspace import init_workspace_manager  # noqa: E402

# What says whether a model is served with what reads images: the registry, in later versions its configuration.
ASKED = (MultiModalRegistry, 'supports_multimodal_inputs'), (ModelConfig, '_supports_multimodal_inputs')
OWNER, SUPPORTS = next((owner, name) for owner, name in ASKED if hasattr(owner, name))
supports_multimodal_inputs = getattr(OWNER, SUPPORTS)

# Tokens of the window that models are loaded with a second time: less than those of a context, and no multiple of those of a step.
WINDOW = 80

# Takes all objects there are out of the collection of garbage.
keep_uncollected = gc.freeze

# Parameters as they were loaded, of the model that is loaded now.
loaded: dict[str, tuple[torch.dtype, int, list[int]]] = {}


class WithExpertsOfGpus:
    """The CPU as a platform, but for experts without a gate, for which it lacks the kernel."""

    def __getattr__(self, name: str):
        return (lambda: True) if name == 'is_cuda_alike' else getattr(current_platform, name)


class NoPrefill:
    """In place of a prefill kernel for latent attention."""

    def __init__(self, *arguments, **named) -> None:
        pass

    def clone(self):
        return self


def prepare_engine() -> None:
    """
    Leaves out what changes no byte: kernels that the CPU lacks, steps, and packing of weights for the CPU's own kernels.

    Layers are built, weights made and the cache allocated as on a GPU; latent attention asks for its cache by the backend of a GPU.
    """
    chosen = current_platform.get_attn_backend_cls

    def backend(selected, attn_selector_config, num_heads=None):
        if not attn_selector_config.use_mla:
            return chosen(selected, attn_selector_config, num_heads)
        sparse = attn_selector_config.use_sparse
        return (AttentionBackendEnum.FLASHMLA_SPARSE if sparse else AttentionBackendEnum.TRITON_MLA).get_path()

    def count(model, *arguments):
        loaded.clear()
        seen = set()
        # A tied table is one parameter with two names.
        for key, tensor in model.named_parameters(remove_duplicate=False):
            if tensor.numel() and tensor.data_ptr() in seen:
                continue
            seen.add(tensor.data_ptr())
            loaded[key] = (tensor.dtype, tensor.element_size(), list(tensor.shape))

    moe_config.current_platform = WithExpertsOfGpus()
    type(current_platform).get_attn_backend_cls = staticmethod(backend)
    mla_attention.get_mla_prefill_backend = lambda config: NoPrefill
    # Without Triton there is a stand-in, which later versions ask for this when they split the work of latent attention.
    triton.next_power_of_2 = lambda number: 1 << (number - 1).bit_length()
    # Kernels of later versions for the CPU take blocks of 32 tokens, those of GPUs 16.
    CPUAttentionBackend.get_supported_kernel_block_sizes = staticmethod(lambda *given: [MultipleOf(16)])
    base_loader.process_weights_after_loading = count
    CPUModelRunner.warming_up_model = lambda self: None
    # vLLM looks at each class in a process of its own, which takes ten seconds.
    registry._LazyRegisteredModel.inspect_model_cls = lambda lazy: registry._ModelInfo.from_model_cls(lazy.load_model_cls())
    # The engine collects garbage several times for each model. What outlives a model is kept out of that, else it takes most of the time.
    gc.freeze = gc.unfreeze = lambda: None


def without_processors(media: bool) -> None:
    """Encoders are built, but what prepares images and sound for them is not: it needs files that lie beside a configuration."""
    setattr(OWNER, SUPPORTS, (lambda *given: False) if media else supports_multimodal_inputs)


def write_config(base: dict, model: dict, folder: pathlib.Path) -> dict:
    kind = model['modelType']
    # Of types that transformers does not have, vLLM has the class.
    known = CONFIG_MAPPING if kind in CONFIG_MAPPING else _CONFIG_REGISTRY
    config = known[kind](**{**({} if 'text_config' in model['values'] else base), **model['values']})
    config.architectures = [model['architecture']]
    config.dtype = torch.bfloat16
    folder.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(folder)
    return json.loads((folder / 'config.json').read_text())


def cache_of(spec, layers: int) -> dict:
    """One kind of layers in the cache: its tokens or its state, and the page that a block of it takes."""
    row = {'kind': type(spec).__name__, 'layers': layers, 'blockTokens': spec.block_size, 'pageBytes': spec.page_size_bytes}
    if hasattr(spec, 'shapes'):
        sizes = [torch.empty(0, dtype=dtype).element_size() * math.prod(shape) for shape, dtype in zip(spec.shapes, spec.dtypes)]
        return {**row, 'stateBytes': sum(sizes), 'shapes': spec.shapes, 'dtypes': [str(dtype) for dtype in spec.dtypes]}
    row['bytesPerToken'] = spec.real_page_size_bytes / spec.block_size
    for key in ('sliding_window', 'attention_chunk_size'):
        if getattr(spec, key, None):
            row['window'] = getattr(spec, key)
    return row


def refuses(vllm_config, cache, sequences: int) -> bool:
    """Whether the engine refuses so many sequences at once with CUDA graphs of decode steps, its default on GPUs."""
    compilation = vllm_config.compilation_config
    compilation.cudagraph_mode = CUDAGraphMode.FULL_AND_PIECEWISE
    try:
        compilation.resolve_cudagraph_mode_and_sizes(AttentionCGSupport.ALWAYS, None, kv_cache_config=cache, max_num_reqs=sequences)
        return False
    except ValueError as error:
        if 'max_num_seqs' not in str(error):
            raise
        return True


def read(core, vllm_config) -> dict:
    worker = core.model_executor.driver_worker.worker
    numbers = {key: math.prod(shape) for key, (_, _, shape) in loaded.items()}
    by_type: dict[str, int] = {}
    for key, (dtype, _, _) in loaded.items():
        by_type[str(dtype)] = by_type.get(str(dtype), 0) + numbers[key]
    layers: dict[object, int] = {}
    for spec in worker.get_kv_cache_spec().values():
        layers[spec] = layers.get(spec, 0) + 1
    cache = core.scheduler.kv_cache_config
    tokens, concurrency = kv_cache_utils.get_kv_cache_capacity(vllm_config, cache)
    return {
        'modelClass': type(worker.get_model()).__name__,
        'parameters': sum(numbers.values()),
        'parameterBytes': sum(numbers[key] * size for key, (_, size, _) in loaded.items()),
        'parametersByType': by_type,
        'tensors': {key: [*shape, str(dtype)] for key, (dtype, _, shape) in loaded.items()},
        'cache': [cache_of(spec, count) for spec, count in layers.items()],
        'groups': [cache_of(group.kv_cache_spec, len(group.layer_names)) for group in cache.kv_cache_groups],
        'blocks': cache.num_blocks,
        'cacheBytes': sum(tensor.size for tensor in cache.kv_cache_tensors),
        'sequenceBytes': kv_cache_utils._max_memory_usage_bytes_from_groups(vllm_config, cache.kv_cache_groups),
        'sequences': concurrency,
        'capacityTokens': tokens,
        'refusesMoreSequencesThanBlocks': refuses(vllm_config, cache, cache.num_blocks + 1),
        'refusesAsManySequencesAsBlocks': refuses(vllm_config, cache, cache.num_blocks),
    }


def measure(folder: pathlib.Path, base: dict, options: dict, model: dict) -> dict:
    config = write_config(base, model, folder)
    options = {**options, **model.get('engine', {})}
    return {'config': config, 'options': options, 'media': model.get('media', False), **started(folder, options, model)}


def windowed(folder: pathlib.Path, base: dict, options: dict, model: dict) -> dict:
    """The cache of the same model where the engine is told to limit attention, or why it does not start so."""
    config = json.loads((folder / 'config.json').read_text())
    kinds = ['sliding_attention'] * config.get('num_hidden_layers', config.get('n_layer', 0))
    options = {**options, **model.get('engine', {}), 'hf_overrides': {'sliding_window': WINDOW, 'layer_types': kinds}}
    try:
        read_back = started(folder, options, model)
    except Exception as error:  # noqa: BLE001: whatever it is, the engine does not serve the model so
        return {'overrides': options['hf_overrides'], 'error': f'{type(error).__name__}: {error}'}
    return {'overrides': options['hf_overrides'], **{key: read_back[key] for key in ('cache', 'sequenceBytes', 'sequences')}}


def is_plain(measured: dict) -> bool:
    """Whether every layer keeps tokens of the same kind, and the language model is not a part of another."""
    kinds = {(row['kind'], row.get('window')) for row in measured['cache']}
    alike = len(kinds) == 1 and kinds <= {('FullAttentionSpec', None), ('SlidingWindowSpec', next(iter(kinds))[1])}
    return alike and 'text_config' not in measured['config']


def started(folder: pathlib.Path, options: dict, model: dict) -> dict:
    without_processors(model.get('media', False))
    arguments = EngineArgs(model=str(folder), load_format='dummy', skip_tokenizer_init=True, enforce_eager=True, **options)
    vllm_config = arguments.create_engine_config()
    init_workspace_manager(torch.device('cpu'))
    core = EngineCore(vllm_config, Executor.get_class(vllm_config), log_stats=False)
    try:
        return read(core, vllm_config)
    finally:
        core.shutdown()
        cleanup_dist_env_and_memory()


def main() -> None:
    models_file, folder, out, *names = sys.argv[1:]
    table = json.loads(pathlib.Path(models_file).read_text())
    prepare_engine()
    keep_uncollected()
    versions = {module.__name__: module.__version__ for module in (vllm, torch, transformers)}
    results = {}
    for name in names or table['models']:
        started = time.monotonic()
        try:
            asked = (pathlib.Path(folder, name), table['base'], table['engine'], table['models'][name])
            results[name] = measure(*asked)
            if is_plain(results[name]):
                results[name]['windowed'] = windowed(*asked)
        except Exception as error:  # noqa: BLE001: a model that the engine refuses must not hide the others
            traceback.print_exc()
            results[name] = {'error': f'{type(error).__name__}: {error}'}
        cleanup_dist_env_and_memory()
        gc.collect()
        keep_uncollected()
        pathlib.Path(out).write_text(json.dumps({'versions': versions, 'models': results}, indent=1) + '\n')
        print(f'{name}: {time.monotonic() - started:.1f} s', file=sys.stderr, flush=True)


main()
