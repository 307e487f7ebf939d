"""SHA256SUMS, the manifest of a version in the model store: what `sha256sum` writes, in the order of the paths, and written last."""

import hashlib
import os
import pathlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NAME = "SHA256SUMS"
# What import-model.sh and assemble-repository.sh of the library take.
ALLOWED = re.compile(r"[A-Za-z0-9._/@+=-]+")
_PIECE = 1 << 20


@dataclass(frozen=True)
class File:
    """Bytes and SHA-256 of a file."""

    size: int
    sha256: str


def sha256_of(path: pathlib.Path) -> str:
    """Its SHA-256, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def files_of(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """Path within the folder, and file, of all that a version holds: hidden ones and the manifest are no part of it."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != NAME and not any(part.startswith(".") for part in name.split("/")):
            yield name, path


def measure(folder: pathlib.Path) -> dict[str, File]:
    """Size and checksum of all files of a folder."""
    return {name: File(path.stat().st_size, sha256_of(path)) for name, path in files_of(folder)}


def is_allowed(name: str) -> bool:
    """Whether the store's scripts take a file of this name."""
    return ALLOWED.fullmatch(name) is not None and ".." not in name and not name.startswith("/")


def text_of(files: Mapping[str, File]) -> str:
    """The manifest."""
    return "".join(f"{files[name].sha256}  {name}\n" for name in sorted(files, key=str.encode))


def read(text: str) -> dict[str, str]:
    """SHA-256 by path. Raises ValueError for a line that is none."""
    sums: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        found = re.fullmatch(r"([0-9A-Fa-f]{64}) [ *](?:\./)*(.+)", line)
        if found is None or not is_allowed(found[2]):
            raise ValueError(f"a line of {NAME} is no checksum of a file of a version: {line!r}")
        if found[2] != NAME:
            sums[found[2]] = found[1].lower()
    return sums


def write_whole(path: pathlib.Path, text: str) -> None:
    """Writes a file so that it is there whole or not at all, also after a loss of power."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: pathlib.Path) -> None:
    """Makes renames in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
