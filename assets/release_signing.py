"""What signing a release needs beside its envelope: the files of a version as the store has them, and signatures that are verified before they are published."""

import os
import pathlib
import re

from release_envelope import PATH, File, Release, key_id, openssl, read_release, sign, verified


def key_files() -> list[pathlib.Path]:
    """The private keys that are to sign."""
    keys = [pathlib.Path(each) for each in os.environ["KEY_FILES"].split()]
    if not keys:
        raise ValueError("there is no key to sign with")
    return keys


def manifest(file: pathlib.Path) -> dict[str, str]:
    """Checksums by path, of what sha256sum writes."""
    sums: dict[str, str] = {}
    for line in file.read_text().splitlines():
        found = re.fullmatch(rf"\\?([0-9a-f]{{64}}) [ *](?:\./)?({PATH.pattern})", line)
        if found is None:
            raise ValueError(f"SHA256SUMS has a line that is no checksum of a file: {line[:200]!r}")
        sums[found[2]] = found[1]
    return sums


def sizes(file: pathlib.Path) -> dict[str, int]:
    """Bytes by path, of lines <bytes> <tab> <path>."""
    lines = [line.partition("\t") for line in file.read_text().splitlines() if line]
    return {path: int(size) for size, _, path in lines}


def stored_files(work: pathlib.Path) -> tuple[File, ...]:
    """The files of a version: the manifest that the import wrote, with the sizes that the store lists."""
    sums, listed = manifest(work / "SHA256SUMS"), sizes(work / "sizes")
    absent = sorted(set(sums) - set(listed))
    if absent:
        raise ValueError(f"SHA256SUMS lists {absent[0]}, which is not in the store; import the model again")
    return tuple(File(path, sums[path], listed[path]) for path in sorted(sums))


def public_keys(keys: list[pathlib.Path], work: pathlib.Path) -> dict[str, pathlib.Path]:
    """Files with the public keys of private ones, by their ids."""
    publics: dict[str, pathlib.Path] = {}
    for index, key in enumerate(keys):
        public = work / f"{index}.public"
        openssl("pkey", "-pubout", "-in", str(key), "-out", str(public))
        publics[key_id(public)] = public
    return publics


def refuse_former(former: Release, release: Release) -> None:
    """Sites refuse numbers that do not grow, so that nothing takes the place of a larger one, or of other content with the same one."""
    if former.number > release.number or (former.number == release.number and former != release):
        raise ValueError(
            f"channel {release.channel} has release {former.number} of version {former.version} already; give this one, of version "
            f"{release.version}, a larger number than {former.number}"
        )


def signed(release: Release, keys: list[pathlib.Path], publics: dict[str, pathlib.Path]) -> bytes:
    """A release in its envelope. What cannot be read and verified is not published."""
    payload = release.statement()
    if read_release(payload) != release:
        raise ValueError("the release does not read as it was written")
    envelope = sign(payload, keys)
    verified(envelope, publics, set())
    return envelope


def put(target: pathlib.Path, content: bytes) -> None:
    """Writes a file that is whole or absent."""
    new = target.with_name(f"{target.name}.new")
    new.write_bytes(content)
    new.rename(target)
