"""Puts a tokenizer beside the weights, as tokenizer.json with its settings: the form that servers and ONNX tools read without Python code."""

import pathlib
import shutil

from model_pipeline.faults import refuse
from model_pipeline.kinds import PackageTokenizer
from model_pipeline.models.texts import tokenizer_of
from model_pipeline.work import Json, Work


def run(settings: PackageTokenizer, work: Work) -> dict[str, Json]:
    for path in work.given.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            target = work.output / path.relative_to(work.given)
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(path, target)
    folder = settings.folder or work.given
    tokenizer = tokenizer_of(folder, work.trust_remote_code)
    if not tokenizer.is_fast:
        raise refuse(str(folder), "its tokenizer exists in Python only, so that no tokenizer.json can be written of it")
    for written in tokenizer.save_pretrained(work.output / ".tokenizer"):
        path = pathlib.Path(written)
        if path.is_file():
            (work.output / path.name).unlink(missing_ok=True)
            path.rename(work.output / path.name)
    shutil.rmtree(work.output / ".tokenizer")
    return {"tokens": len(tokenizer)}


def _link(path: pathlib.Path, target: pathlib.Path) -> None:
    """Weights are not copied where they need not be."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)
