"""Keeps one model of a site at the newest release of its channel: model_sync.py SETTINGS

fetch-model.sh, in another container, has the credentials and brings bytes; here is what trusts none of them. A release is taken only when a key of the site
has signed it, it is of this model, channel and site, and its number is larger than all before. Its files become visible to servers by the change
of one link, after all of them have their checksums; what was visible before stays, and comes back where the new one fails its check.

State is in $CACHE_DIR/synced/<model>/<channel>: state.json says what should be visible, `current` is a link to it, and each release is a folder.
"""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys
import time
import uuid
from types import FrameType
from typing import Any

import sync_servers
from release_envelope import File, RefusedError, Release, key_id, read_release, verified
from sync_files import sync_folder, write
from sync_metrics import Status, serve
from sync_window import open_until

# Whether bytes are damaged or have no room is looked at again after a while; a release that is not trusted is looked at whenever it changes.
TRIED_AGAIN = {"damaged", "no_room"}


def say(text: str) -> None:
    print(f"sync: {text}", file=sys.stderr, flush=True)


class Stop(Exception):
    """The pod ends."""


class Sync:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.model, self.channel = str(settings["model"]), str(settings["channel"])
        self.cache = pathlib.Path(os.environ["CACHE_DIR"])
        self.exchange = pathlib.Path(os.environ["EXCHANGE_DIR"])
        self.arriving = self.cache / "arriving" / os.environ["POD_UID"]
        self.home = self.cache / "synced" / self.model / self.channel
        (self.home / "releases").mkdir(parents=True, exist_ok=True)
        (self.cache / "blobs").mkdir(exist_ok=True)
        keys = sorted(pathlib.Path(os.environ["KEYS_DIR"]).glob("*.pem"))
        self.keys = {key_id(key): key for key in keys}
        self.state: dict[str, Any] = {"highest": 0, "current": 0, "previous": 0, "failed": [], "trial": None, "refused": None, "success": 0}
        if (self.home / "state.json").exists():
            self.state.update(json.loads((self.home / "state.json").read_text()))
        self.status = Status(self.model, self.channel, float(settings["lateAfterSeconds"]))
        self.status.refusals.update(self.state.get("refusals", {}))
        self.status.rollbacks = self.state.get("rollbacks", 0)
        # Before the first success its beginning counts, or the first download would be late at once.
        self.state["success"] = self.state["success"] or time.time()
        self.status.last_success = self.state["success"]
        self.status.refused = None if self.state["refused"] is None else self.state["refused"]["reason"]
        self.status.bytes_left = self.bytes_left
        self.wanted: list[File] = []
        self.stopped = False
        self.sound: set[str] = set()
        if self.state["trial"] is not None and self.state["trial"]["since"] is not None:
            # Servers that were off meanwhile have all of their time again.
            self.state["trial"]["since"] = time.time()
        self.save()
        self.show()

    # State

    def save(self) -> None:
        self.state["refusals"], self.state["rollbacks"] = self.status.refusals, self.status.rollbacks
        failed = self.state["failed"][-1] if self.state["failed"] else 0
        # Where the first release of all fails, nothing else can be visible.
        is_checked = self.state["trial"] is None and self.state["current"] != failed
        self.status.checked, self.status.failed = (self.state["current"] if is_checked else 0), failed
        write(self.home / "state.json", json.dumps(self.state, indent=1).encode())

    def folder(self, number: int) -> pathlib.Path:
        return self.home / "releases" / str(number)

    def release(self, number: int) -> Release | None:
        """A release that was accepted before, as it was stored."""
        if number == 0:
            return None
        return read_release((self.folder(number) / "statement.json").read_bytes())

    def show(self) -> None:
        """Makes visible what should be, by one rename."""
        number = self.state["current"]
        release = self.release(number)
        self.status.serving = None if release is None else (release.version, release.variant, number)
        self.status.wanted = self.state["highest"]
        link = self.home / "current"
        target = f"releases/{number}"
        if release is not None and (not link.is_symlink() or os.readlink(link) != target):
            new = self.home / ".current.new"
            new.unlink(missing_ok=True)
            new.symlink_to(target)
            new.replace(link)
            sync_folder(self.home)
            say(f"release {number} of {self.model} is visible: version {release.version}")

    def beat(self) -> None:
        self.status.beat = time.monotonic()
        if self.stopped:
            raise Stop

    # Orders to the container that talks to the store

    def order(self, words: str) -> tuple[str, str]:
        """What the other container answers. One that is restarted goes on with the order that is there."""
        identity = uuid.uuid4().hex
        write(self.exchange / "order", f"{identity} {words}\n".encode())
        answer = self.exchange / "answer"
        while True:
            self.beat()
            said = answer.read_text().split(" ", 2) if answer.exists() else [""]
            if said[0] == identity:
                return said[1], said[2].strip()
            time.sleep(0.2)

    def lease(self, *releases: Release | None) -> list[File]:
        """All that the cache must keep, each file once."""
        files = {file.digest: file for release in releases if release is not None for file in release.files}
        write(self.exchange / "lease", "".join(f"{each.digest} {each.size}\n" for each in files.values()).encode())
        return list(files.values())

    # Files

    def blob(self, file: File) -> pathlib.Path:
        return self.cache / "blobs" / file.digest

    def is_sound(self, path: pathlib.Path, file: File) -> bool:
        """Whether a file has the size and the checksum that are signed."""
        if not path.is_file() or path.stat().st_size != file.size:
            return False
        digest = hashlib.sha256()
        with path.open("rb") as source:
            while chunk := source.read(1 << 22):
                digest.update(chunk)
                self.beat()
        return digest.hexdigest() == file.digest

    def missing(self, release: Release) -> list[File]:
        """Files that are not in the cache, each once; what is damaged there goes."""
        files: dict[str, File] = {file.digest: file for file in release.files}
        absent = []
        for file in files.values():
            if file.digest in self.sound and self.blob(file).exists():
                continue
            if self.is_sound(self.blob(file), file):
                self.sound.add(file.digest)
                continue
            self.blob(file).unlink(missing_ok=True)
            absent.append(file)
        return absent

    def bytes_left(self) -> int:
        left = 0
        for file in self.wanted:
            part = self.arriving / file.digest
            if not self.blob(file).exists():
                left += file.size - (min(file.size, part.stat().st_size) if part.exists() else 0)
        return left

    def settle(self, files: list[File]) -> list[File]:
        """Gives what has come its name in the cache; what is not as it is signed goes, and is returned."""
        damaged = []
        for file in files:
            part = self.arriving / file.digest
            if not self.is_sound(part, file):
                part.unlink(missing_ok=True)
                damaged.append(file)
                continue
            part.chmod(0o444)
            handle = os.open(part, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            part.replace(self.blob(file))
            self.sound.add(file.digest)
        sync_folder(self.cache / "blobs")
        return damaged

    # One round

    def look(self) -> tuple[str, bytes] | None:
        word, text = self.order("look")
        if word == "malformed":
            self.refuse(word, RefusedError("malformed", text))
            return None
        if word in ("ok", "absent"):
            self.status.last_look = time.time()
        if word != "ok":
            say(text)
            return None
        envelope = (self.exchange / "release").read_bytes()
        return hashlib.sha256(envelope).hexdigest(), envelope

    def refuse(self, digest: str, error: RefusedError) -> None:
        """Counts a release that is not taken, once."""
        before = self.state["refused"]
        self.status.refused = error.reason
        again = before is not None and before["digest"] == digest and before["reason"] == error.reason
        if again and error.reason not in TRIED_AGAIN:
            return
        if not again:
            self.status.refusals[error.reason] += 1
            say(f"ERROR: refused ({error.reason}): {error}")
        after = time.time() + float(self.settings["retrySeconds"])
        self.state["refused"] = {"digest": digest, "reason": error.reason, "after": after}
        self.save()

    def acceptable(self, envelope: bytes) -> Release:
        """The release in an envelope, if it may be taken here now."""
        release = read_release(verified(envelope, self.keys, set(self.settings["revoked"])))
        own = self.settings
        named = f"release {release.number} of {release.model} {release.version}"
        if release.model != self.model:
            raise RefusedError("other_model", f"{named} is of another model than {self.model}")
        if own["variant"] is not None and release.variant != own["variant"]:
            raise RefusedError("other_variant", f"{named} is of variant {release.variant!r}, not {own['variant']!r}")
        if release.channel != self.channel:
            raise RefusedError("other_channel", f"{named} is for channel {release.channel}, not {self.channel}")
        if "*" not in release.sites and own["site"] not in release.sites:
            raise RefusedError("other_site", f"{named} is for {', '.join(release.sites)}, not for site {own['site']}")
        if release.number < self.state["highest"]:
            raise RefusedError("older", f"{named} is older than release {self.state['highest']}, which was here before")
        if release.number == self.state["highest"] and release != self.release(release.number):
            raise RefusedError("older", f"{named} has the number of another release that was here before")
        if release.number in self.state["failed"]:
            raise RefusedError("check_failed", f"{named} failed its check; publish what is better with a larger number")
        return release

    def round(self) -> None:
        self.finish_trial()
        now = time.time()
        until = open_until(self.settings["windows"], now) if self.settings["windows"] else 0.0
        self.status.window_open = until is not None
        found = self.look()
        if found is None:
            return
        digest, envelope = found
        try:
            release = self.acceptable(envelope)
            is_visible = release.number == self.state["current"]
            is_whole = all(self.blob(f).exists() and self.blob(f).stat().st_size == f.size for f in release.files)
            self.wanted = [] if is_visible and is_whole else list({f.digest: f for f in release.files}.values())
            before = self.state["refused"]
            if before is not None and before["digest"] == digest and before["reason"] in TRIED_AGAIN and now < before["after"]:
                return
            if self.wanted:
                if until is None:
                    say(f"release {release.number} waits for a window, with {self.bytes_left()} bytes to come")
                    self.status.refused = None
                    return
                if not self.bring(release, until):
                    return
                # What is visible and has lost a file gets it back; nothing else changes.
                if not is_visible:
                    self.activate(release)
                    self.finish_trial()
                if self.state["current"] != release.number:
                    raise RefusedError("check_failed", f"release {release.number} failed its check")
        except RefusedError as error:
            self.refuse(digest, error)
            return
        self.status.refused = self.state["refused"] = None
        self.status.last_success = self.state["success"] = time.time()
        self.wanted = []
        self.save()

    def bring(self, release: Release, until: float) -> bool:
        """Whether all files of a release are in the cache now; False where the rest comes later."""
        kept = [self.release(self.state["current"]), self.release(self.state["previous"])]
        files = self.lease(*kept, release)
        need, room = sum(file.size for file in files), self.settings["cacheMib"] << 20
        if need > room:
            raise RefusedError(
                "no_room", f"what is visible, what was before and release {release.number} take {need} bytes; there are {room}"
            )
        for last in (False, True):
            missing = self.missing(release)
            if not missing:
                return True
            write(self.exchange / "wanted", "".join(f"{f.digest} {f.size} {f.path}\n" for f in missing).encode())
            word, text = self.order(f"get {release.version} {int(until)} {self.settings['rate']}")
            if word in ("damaged", "no_room"):
                raise RefusedError(word, text)
            if word != "ok":
                say(text)
                return False
            # Parts of which one is from before a power failure may not belong together: a second try is all new.
            damaged = self.settle(missing)
            if damaged and last:
                raise RefusedError("damaged", f"{damaged[0].path} of release {release.number} has another checksum than is signed")
        return not self.missing(release)

    def activate(self, release: Release) -> None:
        folder = self.folder(release.number)
        folder.mkdir(exist_ok=True)
        write(folder / "statement.json", release.statement())
        write(folder / "SHA256SUMS", "".join(f"{f.digest}  {f.path}\n" for f in release.files).encode())
        sync_folder(folder.parent)
        state = self.state
        state["trial"] = {"number": release.number, "before": state["previous"], "since": None, "failed": None}
        state["previous"], state["current"], state["highest"] = state["current"], release.number, release.number
        self.save()
        self.show()

    # The check of what is newly visible

    def finish_trial(self) -> None:
        """Restarts the servers and waits for them; what was there before comes back where they fail. Goes on where a pod before it stopped."""
        self.show()
        trial = self.state["trial"]
        if trial is None:
            return
        if trial["failed"] is None:
            why = self.check(trial)
            if why is not None:
                say(f"ERROR: release {trial['number']} failed its check: {why}")
                trial["failed"] = why
                self.state["failed"] = [*self.state["failed"], trial["number"]][-100:]
                self.status.rollbacks += 1
                if self.state["previous"] != 0:
                    self.state["current"], self.state["previous"] = self.state["previous"], trial["before"]
                self.save()
        if trial["failed"] is not None and self.state["current"] != trial["number"]:
            self.show()
            self.restart()
        self.state["trial"] = None
        self.save()
        self.prune()

    def restart(self) -> None:
        servers = self.settings["servers"]
        while servers:
            try:
                sync_servers.restart(self.settings["namespace"], servers, time.time())
                return
            except sync_servers.UnreachableError as error:
                say(f"servers cannot be restarted yet: {error}")
                self.pause(5)

    def check(self, trial: dict[str, Any]) -> str | None:
        if trial["since"] is None:
            self.restart()
            trial["since"] = time.time()
            self.save()
        probe = self.settings["probe"]
        while True:
            try:
                why = sync_servers.waiting(self.settings["namespace"], self.settings["servers"])
            except sync_servers.UnreachableError as error:
                # Says nothing about the release, so that its time begins again.
                why, trial["since"] = str(error), time.time()
            if why is None and probe is not None:
                why = sync_servers.probe(probe["url"], probe.get("contains"))
            if why is None:
                return None
            if time.time() - trial["since"] > self.settings["checkSeconds"]:
                return why
            self.pause(1)

    def prune(self) -> None:
        """What is neither visible nor what was before goes, when the cache needs room."""
        kept = {str(self.state["current"]), str(self.state["previous"])}
        self.lease(self.release(self.state["current"]), self.release(self.state["previous"]))
        self.order("lease - 0 0")
        # The release that a number was refused for stays known, so that another one with that number is told from it.
        kept.add(str(self.state["highest"]))
        for folder in (self.home / "releases").iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder)

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.beat()
            time.sleep(min(0.2, seconds))


def main() -> None:
    sync = Sync(json.loads(pathlib.Path(sys.argv[1]).read_text()))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sync.stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    serve(sync.status, int(sync.settings["port"]))
    try:
        while True:
            sync.round()
            sync.pause(float(sync.settings["pollSeconds"]))
    except Stop:
        say("ends")


main()
