"""Brings a release to sites ring after ring: model_rollout.py SETTINGS

release-model.sh, in another container, has the credentials of the store and publishes what it is told to; sign_rollout.py has signed it before, so that no
key is here. What is next is decided in rollout_state.py; here it is asked, ordered and remembered. The state is in the store: a pod after this one goes on
where this one ended.
"""

import json
import os
import pathlib
import signal
import sys
import time
import uuid
from types import FrameType
from typing import Any

from release_signing import put
from rollout_hub import Hub, HubError
from rollout_metrics import RolloutStatus
from rollout_state import Plan, Report, Ring, State, begun, count, is_done, step
from sync_metrics import serve

# Ended, and another pod would end in the same way.
FINAL, LATER = 3, 75


def say(text: str) -> None:
    print(f"rollout: {text}", file=sys.stderr, flush=True)


class End(Exception):
    """The pod ends, by this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Rollout:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.work = pathlib.Path(os.environ["WORK_DIR"])
        rings = tuple(
            Ring(each["name"], f"{settings['channel']}-{each['name']}", tuple(each["sites"]), float(each["soakSeconds"]))
            for each in settings["rings"]
        )
        self.plan = Plan(
            str(settings["model"]),
            int(settings["number"]),
            rings,
            float(settings["minimumUpdated"]),
            float(settings["timeoutSeconds"]),
            str(settings["takeBack"]),
        )
        self.hub = Hub({**settings["hub"], "model": self.plan.model, "channels": [ring.channel for ring in rings]})
        self.version = str(settings["version"])
        self.stopped = False
        self.said: tuple[str, ...] = ()
        self.state = self.former_state()
        self.status = RolloutStatus(self.plan, str(settings["channel"]), self.state)

    def former_state(self) -> State:
        """That of a pod before this one; a larger number begins anew."""
        file = self.work / "state"
        if not file.exists():
            return begun(self.plan.number, self.version)
        state: State = json.loads(file.read_text())
        if state["number"] > self.plan.number or (state["number"] == self.plan.number and state["version"] != self.version):
            say(
                f"ERROR: channel {self.settings['channel']} has rollout {state['number']} of version {state['version']} already; give this one, of "
                f"version {self.version}, a number of at least {state['number'] + 2}"
            )
            raise End(FINAL)
        if state["number"] < self.plan.number:
            return begun(self.plan.number, self.version)
        say(f"goes on: released {', '.join(state['released']) or 'nothing'}, passed {', '.join(state['passed']) or 'nothing'}")
        return state

    # Orders to the container that talks to the store

    def order(self, words: str) -> bool:
        """Whether it was done; that container tries several times by itself."""
        identity = uuid.uuid4().hex
        put(self.work / "order", f"{identity} {words}\n".encode())
        answer = self.work / "answer"
        until = time.monotonic() + float(self.settings["orderSeconds"])
        while time.monotonic() < until:
            self.beat()
            said = answer.read_text().split() if answer.exists() else []
            if said[:1] == [identity]:
                return said[1] == "ok"
            time.sleep(0.2)
        say("ERROR: the container that talks to the store does not answer")
        raise End(LATER)

    def must(self, words: str) -> None:
        while not self.order(words):
            say(f"the store does not take it yet ({words}); it is tried again")
            self.pause(float(self.settings["pollSeconds"]))

    def save(self, state: State) -> None:
        if state == self.state:
            return
        put(self.work / "state.new", json.dumps(state, indent=1).encode())
        self.must("state")
        self.state = self.status.state = state

    # One round

    def report(self) -> Report | None:
        try:
            report = self.hub.report()
        except HubError as error:
            say(str(error))
            return None
        self.status.last_answer = time.time()
        self.status.counts = {ring.name: count(self.plan, ring, report) for ring in self.plan.rings if ring.name in self.state["released"]}
        return report

    def round(self) -> bool:
        """Whether there is more to do at once."""
        next_step = step(self.state, self.plan, None if self.state["stopped"] else self.report(), time.time())
        if next_step.said != self.said:
            for line in next_step.said:
                say(line)
            self.said = next_step.said
        stops = next_step.state["stopped"] is not None and self.state["stopped"] is None
        passes = len(next_step.state["passed"]) > len(self.state["passed"])
        self.save(next_step.state)
        if next_step.publish is not None:
            self.publish(next_step.publish)
        elif next_step.take_back is not None:
            self.take_back(next_step.take_back)
        return stops or passes or next_step.take_back is not None

    def publish(self, ring: Ring) -> None:
        """What was there before is kept first, and what is done twice is the same: a pod may end between any two of these lines."""
        if (self.work / f"keep-{ring.name}").exists():
            self.must(f"keep {ring.name}")
        self.must(f"release {ring.name}")
        say(
            f"ring {ring.name}: release {self.plan.number} of {self.plan.model} {self.version} is in channel {ring.channel}, for {len(ring.sites)} sites"
        )
        self.save({**self.state, "released": {**self.state["released"], ring.name: time.time()}})

    def take_back(self, ring: Ring) -> None:
        if (self.work / f"back-{ring.name}").exists():
            self.must(f"back {ring.name}")
            say(
                f"ring {ring.name}: taken back, by release {self.plan.number + 1} of the version before; the next rollout needs {self.plan.number + 2} or more"
            )
        else:
            say(f"WARNING: ring {ring.name} had no release before that can come back; it keeps this one")
        self.save({**self.state, "back": [*self.state["back"], ring.name]})

    # Time

    def beat(self) -> None:
        self.status.beat = time.monotonic()
        (self.work / "beat").touch()
        if self.stopped:
            raise End(LATER)

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.beat()
            time.sleep(min(0.2, seconds))

    def run(self) -> None:
        while not is_done(self.state, self.plan):
            if not self.round():
                # One that has stopped stays, and tells so, until another one takes its place.
                self.pause(float(self.settings["pollSeconds"]))
        say(f"release {self.plan.number} of {self.plan.model} {self.version} has passed in all {len(self.plan.rings)} rings")
        self.pause(float(self.settings["lingerSeconds"]))


def main() -> None:
    status = LATER
    work = pathlib.Path(os.environ["WORK_DIR"])
    try:
        rollout = Rollout(json.loads(pathlib.Path(sys.argv[1]).read_text()))

        def stop(_signal: int, _frame: FrameType | None) -> None:
            rollout.stopped = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        serve(rollout.status, int(rollout.settings["port"]))
        rollout.run()
        status = 0
    except End as end:
        status = end.status
    finally:
        # The other container ends with this one.
        (work / "end").write_text(f"{status}\n")
    sys.exit(status)


main()
