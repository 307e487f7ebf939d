"""What a rollout does next, from what sites tell: no clock, no network, no files.

A state is kept as JSON: `released` and `settled` say since when, by ring; `passed` are rings, in their order; `stopped` says why nothing more is released,
and which rings are to be taken back, of which `back` are done.
"""

import math
from typing import Any, NamedTuple

State = dict[str, Any]


class Alert(NamedTuple):
    """An alert that fires; `since` is 0 where that is not known."""

    name: str
    site: str
    model: str
    since: float


class Report(NamedTuple):
    """What a hub knows: numbers of releases by channel and site, and alerts."""

    serving: dict[str, dict[str, int]]
    failed: dict[str, dict[str, int]]
    alerts: tuple[Alert, ...]


class Ring(NamedTuple):
    name: str
    channel: str
    sites: tuple[str, ...]
    soak: float


class Plan(NamedTuple):
    model: str
    number: int
    rings: tuple[Ring, ...]
    least: float
    timeout: float
    take_back: str


class Count(NamedTuple):
    """Sites of a ring, each in one list."""

    updated: list[str]
    behind: list[str]
    waiting: list[str]
    failed: list[str]

    def text(self) -> str:
        lists = [f"{len(self.updated)} updated"]
        for word, sites in (("behind", self.behind), ("cut off", self.waiting), ("failed", self.failed)):
            lists.append(f"{len(sites)} {word}" + (f" ({', '.join(sites[:5])}{', ...' if len(sites) > 5 else ''})" if sites else ""))
        return ", ".join(lists)


class Step(NamedTuple):
    """`publish` or `take_back` a ring, or neither: then it waits, or all is done."""

    state: State
    publish: Ring | None = None
    take_back: Ring | None = None
    said: tuple[str, ...] = ()


# Their `model` is that of the sync; servers may call it by another name.
SYNC_ALERTS = "ModelSync"


def begun(number: int, version: str) -> State:
    return {"number": number, "version": version, "released": {}, "settled": {}, "passed": [], "stopped": None, "back": []}


def needed(plan: Plan, ring: Ring) -> int:
    """How many sites of a ring must run the release; 0.9 of 10 is 9, whatever floating point says."""
    return max(1, math.ceil(round(plan.least * len(ring.sites), 6)))


def count(plan: Plan, ring: Ring, report: Report) -> Count:
    serving, failed = report.serving.get(ring.channel, {}), report.failed.get(ring.channel, {})
    counted = Count([], [], [], [])
    for site in ring.sites:
        if failed.get(site) == plan.number:
            counted.failed.append(site)
        elif site not in serving:
            counted.waiting.append(site)
        elif serving[site] == plan.number:
            counted.updated.append(site)
        else:
            counted.behind.append(site)
    return counted


def firing(plan: Plan, ring: Ring, report: Report) -> list[Alert]:
    def concerns(alert: Alert) -> bool:
        return not alert.name.startswith(SYNC_ALERTS) or alert.model in ("", plan.model)

    return [alert for alert in report.alerts if alert.site in ring.sites and concerns(alert)]


def stop(state: State, plan: Plan, why: tuple[str, str], wrong: list[str], now: float) -> Step:
    """Nothing more is released; `wrong` are the rings in which something is."""
    rings = {"ring": wrong, "all": list(state["released"])}.get(plan.take_back, [])
    stopped = {"reason": why[0], "text": why[1], "at": now, "take_back": rings}
    return Step({**state, "stopped": stopped}, said=(f"STOPPED ({why[0]}): {why[1]}",))


def failures(state: State, plan: Plan, report: Report) -> tuple[tuple[str, str], list[str]] | None:
    """What is wrong in any ring that has the release, and where; the worst names the reason."""
    checks, alerts, wrong = [], [], []
    for ring in plan.rings:
        since = state["released"].get(ring.name)
        if since is None:
            continue
        counted = count(plan, ring, report)
        # What fired before the release is none of its faults; the ring does not pass while it does.
        new = [alert for alert in firing(plan, ring, report) if alert.since == 0 or alert.since >= since]
        if counted.failed:
            checks.append(
                f"ring {ring.name}: release {plan.number} failed its check at {len(counted.failed)} of {len(ring.sites)} sites: {counted.text()}"
            )
        if new:
            names = ", ".join(f"{alert.name} at {alert.site}" for alert in new[:5])
            alerts.append(f"ring {ring.name}: {len(new)} alerts fire since release {plan.number}: {names}{', ...' if len(new) > 5 else ''}")
        if counted.failed or new:
            wrong.append(ring.name)
    if not wrong:
        return None
    return ("check_failed" if checks else "alert", "; ".join([*checks, *alerts])), wrong


def step(state: State, plan: Plan, report: Report | None, now: float) -> Step:
    """What is next. Without a report nothing passes and nothing is found to be wrong, but time goes on."""
    if state["stopped"] is not None:
        for ring in plan.rings:
            if ring.name in state["stopped"]["take_back"] and ring.name not in state["back"]:
                return Step(state, take_back=ring)
        return Step(state)
    found = None if report is None else failures(state, plan, report)
    if found is not None:
        return stop(state, plan, found[0], found[1], now)
    ahead = [each for each in plan.rings if each.name not in state["passed"]]
    if not ahead:
        return Step(state)
    ring = ahead[0]
    since = state["released"].get(ring.name)
    if since is None:
        # A hub that does not answer could not tell that a ring fails.
        return Step(state, publish=ring) if report is not None else Step(state)
    whole, said = False, []
    if report is not None:
        counted, alerts = count(plan, ring, report), firing(plan, ring, report)
        whole = not counted.behind and not alerts and len(counted.updated) >= needed(plan, ring)
        said.append(
            f"ring {ring.name}: {counted.text()}; {needed(plan, ring)} of {len(ring.sites)} must be updated, {len(alerts)} alerts fire"
        )
    if whole and ring.name not in state["settled"]:
        state = {**state, "settled": {**state["settled"], ring.name: now}}
        said.append(f"ring {ring.name}: it is watched for {ring.soak:g} s from now on")
    settled = state["settled"].get(ring.name)
    if whole and settled is not None and now - settled >= ring.soak:
        said.append(f"ring {ring.name}: PASSED, {now - since:.0f} s after its release")
        return Step({**state, "passed": [*state["passed"], ring.name]}, said=tuple(said))
    if now - since > plan.timeout:
        why = f"ring {ring.name} has not passed within {plan.timeout:g} s; {said[0] if said else 'the hub does not answer'}"
        return stop(state, plan, ("timeout", why), [ring.name], now)
    return Step(state, said=tuple(said))


def is_done(state: State, plan: Plan) -> bool:
    return state["stopped"] is None and all(ring.name in state["passed"] for ring in plan.rings)
