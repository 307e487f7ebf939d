"""The files with the license of the source are beside the weights, unchanged."""

from model_pipeline import formats, manifest
from model_pipeline.kinds import License
from model_pipeline.work import Result, Subject


def run(_: License, subject: Subject) -> Result:
    files = [path for path in sorted(subject.source.iterdir()) if path.is_file() and formats.is_license(path)]
    if not files:
        return Result(False, "the source has no file with its license (e.g. LICENSE), so that nobody can tell what may be done with it")
    folder = formats.model_folder(subject.output)
    lost = [path.name for path in files if not (folder / path.name).is_file()]
    changed = [path.name for path in files if path.name not in lost and manifest.sha256_of(path) != manifest.sha256_of(folder / path.name)]
    reasons = [f"{', '.join(names)} {what}" for names, what in ((lost, "is not beside the weights"), (changed, "was changed")) if names]
    return Result(not reasons, "; ".join(reasons) or f"{', '.join(path.name for path in files)} is beside the weights")
