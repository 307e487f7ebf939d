"""Python code beside a model (`auto_map` of its config.json names it): carried along unchanged where it may run, and left behind elsewhere."""

import pathlib
import shutil


def carry_code(given: pathlib.Path, output: pathlib.Path, trust_remote_code: bool) -> None:
    """What a step wrote has the code of what it read where that may run, and none elsewhere."""
    if not trust_remote_code:
        for path in sorted(output.rglob("*.py")):
            path.unlink()
        return
    for path in sorted(given.glob("*.py")):
        if not (output / path.name).exists():
            shutil.copyfile(path, output / path.name)


def is_of_source(path: pathlib.Path, source: pathlib.Path) -> bool:
    """Whether a file is code of the source, unchanged."""
    original = source / path.name
    return path.suffix == ".py" and original.is_file() and original.read_bytes() == path.read_bytes()
