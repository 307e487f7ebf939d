"""No file of the output can run code when it is loaded, but that of the source where it may run; and every file of safetensors is whole."""

import pathlib

from model_pipeline import formats, manifest, weights
from model_pipeline.code import is_of_source
from model_pipeline.kinds import Safetensors
from model_pipeline.work import Result, Subject

# How pickles of protocols 2 to 5 begin, and archives, in which PyTorch puts them.
_BEGINNINGS = (*(bytes([0x80, protocol]) for protocol in range(2, 6)), b"PK\x03\x04")
# What is said of code.
_OTHER = {False: "", True: "other "}
_CODE = (".py", ".so", ".pyc", ".dll", ".sh")


def run(_: Safetensors, subject: Subject) -> Result:
    reasons = [f"{name}: {reason}" for name, path in manifest.files_of(subject.output) if (reason := _reason(path, subject)) is not None]
    if weights.weight_bytes(subject.output) == 0:
        reasons.append("there are no weights")
    return Result(
        not reasons,
        "; ".join(reasons) or f"weights are safetensors or ONNX, whole, and no file is a pickle or {_OTHER[subject.trust_remote_code]}code",
    )


def _reason(path: pathlib.Path, subject: Subject) -> str | None:
    if formats.is_pickle(path):
        return "may be a pickle, by its name"
    if path.suffix.lower() in _CODE and not (subject.trust_remote_code and is_of_source(path, subject.source)):
        return "is code"
    with path.open("rb") as file:
        if file.read(4).startswith(_BEGINNINGS):
            return "begins as a pickle does"
    if path.suffix == ".safetensors":
        try:
            weights.head_of(path)
        except weights.Broken as error:
            return str(error)
    return None
