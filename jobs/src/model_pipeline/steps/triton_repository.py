"""Lays a graph out as Triton's model repository does: `<model>/config.pbtxt`, `<model>/<version>/model.onnx`.

https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_repository.md
"""

import shutil

from model_pipeline.faults import refuse
from model_pipeline.kinds import TritonRepository
from model_pipeline.work import Json, Work


def run(settings: TritonRepository, work: Work) -> dict[str, Json]:
    text = settings.config.read_text(encoding="utf-8")
    if f'name: "{settings.model}"' not in text and "name:" in text.split("{", 1)[0]:
        raise refuse(str(settings.config), f"is the configuration of another model than '{settings.model}'")
    version = work.output / settings.model / str(settings.version)
    version.mkdir(parents=True)
    for path in sorted(work.given.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            try:
                (version / path.name).hardlink_to(path)
            except OSError:
                shutil.copyfile(path, version / path.name)
    (work.output / settings.model / "config.pbtxt").write_text(text, encoding="utf-8")
    return {"model": settings.model, "version": settings.version}
