"""Signs all that a rollout may publish, before it begins: for each ring the release of its channel, and the one that takes it back.

The keys are in files that no other container of the pod sees, and this one has ended when the others begin: what reaches the network can publish what is
signed here, and nothing else. What a ring had before is signed again with the next number, and only where one of the keys has signed it before:
whoever can write to the store cannot have something else signed.
"""

import os
import pathlib
import sys

from release_envelope import RefusedError, Release, read_release, verified
from release_signing import key_files, public_keys, put, refuse_former, signed, stored_files

WORK = pathlib.Path(os.environ["WORK_DIR"])


def say(text: str) -> None:
    print(f"sign: {text}", file=sys.stderr)


def known(name: str, publics: dict[str, pathlib.Path], channel: str) -> Release | None:
    """A release of a channel that was there before, where one of the keys has signed it."""
    file = WORK / name
    if not file.exists():
        return None
    try:
        release = read_release(verified(file.read_bytes(), publics, set()))
        if release.channel != channel:
            raise RefusedError("other_channel", f"it is for channel {release.channel}")
        return release
    except RefusedError as refused:
        say(f"WARNING: what is in the store as {name} cannot be taken back: {refused}")
        return None


def main() -> None:
    try:
        keys = key_files()
        publics = public_keys(keys, WORK)
        files = stored_files(WORK)
        model, version, variant = (os.environ[name] for name in ("MODEL", "VERSION", "VARIANT"))
        number = int(os.environ["NUMBER"])
        for ring in os.environ["RINGS"].split():
            channel = f"{os.environ['CHANNEL']}-{ring}"
            release = Release(model, version, variant, channel, number, ("*",), files)
            there = known(f"before-{ring}", publics, channel)
            former = known(f"former-{ring}", publics, channel)
            if there is not None and there.number < number:
                # Nothing of this rollout is there yet. It is kept, for a pod after this one.
                former = there
                put(WORK / f"keep-{ring}", (WORK / f"before-{ring}").read_bytes())
            back = None if former is None else former._replace(number=number + 1)
            if there is not None and there != back:
                refuse_former(there, release)
            put(WORK / f"release-{ring}", signed(release, keys, publics))
            if former is not None and back is not None:
                put(WORK / f"back-{ring}", signed(back, keys, publics))
            say(
                f"release {number} of {model} {version} for channel {channel}: {len(files)} files; "
                + (f"version {former.version} can come back" if former else "nothing was there before that can come back")
            )
    except (ValueError, RefusedError, OSError) as error:
        say(f"ERROR: {error}")
        sys.exit(1)


main()
