"""Signs the files of a version as a release: the manifest that the import wrote, with the sizes that the store lists, for one channel of sites.

The keys are in files that no other container of the pod sees; nothing of them is printed. A release that is there with the same number and other content,
or with a larger number, is never replaced: sites refuse numbers that do not grow.
"""

import os
import pathlib
import sys

from release_envelope import RefusedError, Release, opened, read_release
from release_signing import key_files, public_keys, put, refuse_former, signed, stored_files


def main() -> None:
    work = pathlib.Path(os.environ["WORK_DIR"])
    try:
        keys = key_files()
        variables = ("MODEL", "VERSION", "VARIANT", "CHANNEL")
        model, version, variant, channel = (os.environ[name] for name in variables)
        files = stored_files(work)
        release = Release(model, version, variant, channel, int(os.environ["NUMBER"]), tuple(os.environ["SITES"].split()), files)
        before = work / "before"
        if before.exists():
            try:
                refuse_former(read_release(opened(before.read_bytes())[0]), release)
            except RefusedError as refused:
                print(f"sign: WARNING: what is there is replaced: {refused}", file=sys.stderr)
        publics = public_keys(keys, work)
        put(work / "release", signed(release, keys, publics))
    except (ValueError, RefusedError, OSError) as error:
        print(f"sign: ERROR: {error}", file=sys.stderr)
        sys.exit(1)
    size = sum(each.size for each in files)
    print(
        f"sign: release {release.number} of {model} {version}: {len(files)} files, {size} bytes, signed by {', '.join(publics)}",
        file=sys.stderr,
    )


main()
