"""Signs the files of a version as a release: the manifest that the import wrote, with the sizes that the store lists, for one channel of sites.

The keys are in files that no other container of the pod sees; nothing of them is printed. A release that is there with the same number and other content,
or with a larger number, is never replaced: sites refuse numbers that do not grow.
"""

import os
import pathlib
import re
import sys

from release_envelope import PATH, File, RefusedError, Release, key_id, opened, openssl, read_release, sign, verified


def fail(text: str) -> None:
    print(f"sign: ERROR: {text}", file=sys.stderr)
    sys.exit(1)


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


def main() -> None:
    work = pathlib.Path(os.environ["WORK_DIR"])
    keys = [pathlib.Path(each) for each in os.environ["KEY_FILES"].split()]
    if not keys:
        fail("there is no key to sign with")
    try:
        sums, listed = manifest(work / "SHA256SUMS"), sizes(work / "sizes")
        absent = sorted(set(sums) - set(listed))
        if absent:
            raise ValueError(f"SHA256SUMS lists {absent[0]}, which is not in the store; import the model again")
        files = tuple(File(path, sums[path], listed[path]) for path in sorted(sums))
        variables = ("MODEL", "VERSION", "VARIANT", "CHANNEL")
        model, version, variant, channel = (os.environ[name] for name in variables)
        release = Release(model, version, variant, channel, int(os.environ["NUMBER"]), tuple(os.environ["SITES"].split()), files)
        payload = release.statement()
        if read_release(payload) != release:
            raise ValueError("the release does not read as it was written")
        publics: dict[str, pathlib.Path] = {}
        envelope = sign(payload, keys)
        before = work / "before"
        if before.exists():
            try:
                former = read_release(opened(before.read_bytes())[0])
                if former.number > release.number or (former.number == release.number and former != release):
                    raise ValueError(
                        f"channel {channel} has release {former.number} of version {former.version} already; give this one, of version "
                        f"{version}, a larger number than {former.number}"
                    )
            except RefusedError as refused:
                print(f"sign: WARNING: what is there is replaced: {refused}", file=sys.stderr)
        # What cannot be verified is not published.
        for index, key in enumerate(keys):
            public = work / f"{index}.public"
            openssl("pkey", "-pubout", "-in", str(key), "-out", str(public))
            publics[key_id(public)] = public
        verified(envelope, publics, set())
        target = work / "release.new"
        target.write_bytes(envelope)
        target.rename(work / "release")
    except (ValueError, RefusedError, OSError) as error:
        fail(str(error))
    size = sum(each.size for each in files)
    print(
        f"sign: release {release.number} of {model} {version}: {len(files)} files, {size} bytes, signed by {', '.join(publics)}",
        file=sys.stderr,
    )


main()
