"""Files that are whole, also after a power failure."""

import os
import pathlib


def write(file: pathlib.Path, data: bytes) -> None:
    """A file that is whole or as it was before, also after a power failure."""
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    new.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: pathlib.Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
