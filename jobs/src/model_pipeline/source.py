"""Whether a folder holds a model that can be worked on: found without loading it."""

import pathlib
from collections.abc import Iterator

from model_pipeline import formats, manifest, weights
from model_pipeline.faults import Fault
from model_pipeline.kinds import STEPS, LongContext, SkipLayers
from model_pipeline.spec import Spec


def source_sums(folder: pathlib.Path) -> tuple[str, list[Fault]]:
    """The manifest of the source, computed from what is there, and what differs from the one that came with it."""
    measured = manifest.measure(folder)
    faults = []
    given = folder / manifest.NAME
    if given.is_file():
        try:
            sums = manifest.read(given.read_text(encoding="utf-8"))
        except ValueError as error:
            return "", [Fault(str(given), str(error))]
        for name, sha256 in sorted(sums.items()):
            if name not in measured:
                faults.append(Fault(f"source/{name}", f"is missing, but {manifest.NAME} lists it; read the source again"))
            elif measured[name].sha256 != sha256:
                faults.append(Fault(f"source/{name}", f"is corrupt: {manifest.NAME} says {sha256}, it has {measured[name].sha256}"))
    return manifest.text_of(measured), faults


def source_faults(folder: pathlib.Path, spec: Spec) -> list[Fault]:
    """What is missing or wrong in the source, for what is to be done with it."""
    if not folder.is_dir():
        return [Fault("source", f"there is no folder {folder}")]
    return [*_weight_faults(folder), *_config_faults(folder, spec), *_tokenizer_faults(folder, spec)]


def _weight_faults(folder: pathlib.Path) -> Iterator[Fault]:
    try:
        files = weights.weight_files(folder)
        if not files:
            others = sorted(path.name for path in folder.iterdir() if formats.is_pickle(path))
            beside = f"; {', '.join(others)} may be pickles, which are never read: convert them to safetensors" if others else ""
            yield Fault("source", f"there are no weights: no *.safetensors in {folder}{beside}")
    except weights.Broken as error:
        yield Fault("source", str(error))
        return
    for file in files:
        try:
            weights.head_of(file)
        except weights.Broken as error:
            yield Fault("source", str(error))


def _config_faults(folder: pathlib.Path, spec: Spec) -> Iterator[Fault]:
    try:
        config = formats.config_of(folder)
    except (OSError, ValueError) as error:
        yield Fault("source/config.json", f"cannot be read: {error}")
        return
    if not isinstance(config.get("model_type"), str):
        yield Fault("source/config.json", "has no model_type, so that nothing says which architecture it is")
    form = formats.format_of(folder)
    if form != "transformers":
        yield Fault("source/config.json", f"the weights are quantized already ({form}); start from the model that they were made from")
    if config.get("auto_map") and not spec.trust_remote_code:
        reason = "the model brings code of its own (auto_map), which is not run; use a model whose architecture transformers has, or say trustRemoteCode: true"
        yield Fault("source/config.json", reason)
    positions = config.get("max_position_embeddings")
    layers = config.get("num_hidden_layers")
    for where, part in spec.parts():
        settings = part.settings
        if isinstance(settings, LongContext) and isinstance(positions, int):
            longer = [length for length in settings.lengths if length > positions]
            if longer:
                named = ", ".join(map(str, longer))
                yield Fault(f"{where}.lengths", f"the model has {positions} positions (max_position_embeddings), fewer than {named}")
        if isinstance(settings, SkipLayers) and isinstance(layers, int):
            yield from _layer_faults(settings, layers, where)


def _layer_faults(settings: SkipLayers, layers: int, where: str) -> Iterator[Fault]:
    if settings.count is not None and settings.count >= layers:
        yield Fault(f"{where}.count", f"the model has {layers} layers, of which at least one must stay; got {settings.count}")
    absent = [layer for layer in settings.layers or () if layer >= layers]
    if absent:
        yield Fault(f"{where}.layers", f"the model has layers 0 to {layers - 1}; got {', '.join(map(str, absent))}")
    if settings.layers is not None and len(set(settings.layers)) >= layers:
        yield Fault(f"{where}.layers", f"leaves out all {layers} layers")


def _tokenizer_faults(folder: pathlib.Path, spec: Spec) -> Iterator[Fault]:
    has_one = formats.has_tokenizer(folder)
    brought = any(part.kind == "package-tokenizer" and part.settings.folder is not None for part in spec.steps)
    texts = [where for where, part in spec.parts() if getattr(part.settings, "text", None) is not None]
    if has_one or (brought and not texts):
        return
    needed = f", which {', '.join(texts)} need" if texts else ""
    yield Fault("source", f"there is no tokenizer{needed}: put tokenizer.json or the files of the vocabulary beside the weights")


def disk_need(folder: pathlib.Path, spec: Spec) -> int:
    """Bytes that steps and the output take at most at one time: what a step reads and what it writes."""
    size = sum(path.stat().st_size for _, path in manifest.files_of(folder))
    most, now = 0.0, float(size)
    for step in spec.steps:
        after = now * STEPS[step.kind].growth
        most = max(most, now + after)
        now = after
    return int(most)
