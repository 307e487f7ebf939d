"""What a rollout tells of itself, for Prometheus."""

import time
from collections.abc import Callable

from rollout_state import Count, Plan, Ring, State
from sync_metrics import Samples, family

# Why nothing more is released. Each is there from the beginning.
REASONS = ("check_failed", "alert", "timeout")


class RolloutStatus:
    """What is told; written by the rollout, read by scrapes."""

    def __init__(self, plan: Plan, channel: str, state: State) -> None:
        self.plan, self.of, self.state = plan, {"model": plan.model, "channel": channel}, state
        self.counts: dict[str, Count] = {}
        self.last_answer = 0.0
        self.beat = time.monotonic()

    def text(self) -> str:
        of, state, rings = self.of, self.state, self.plan.rings

        def by_ring(value: Callable[[Ring], float]) -> Samples:
            return [({**of, "ring": ring.name}, float(value(ring))) for ring in rings]

        stopped = state["stopped"]
        sites: Samples = [
            ({**of, "ring": ring.name, "state": word}, len(sites))
            for ring in rings
            if ring.name in self.counts
            for word, sites in self.counts[ring.name]._asdict().items()
        ]
        reasons: Samples = [({**of, "reason": word}, int(stopped is not None and stopped["reason"] == word)) for word in REASONS]
        return "".join(
            (
                family("model_rollout_number", "gauge", "Number of the release that is brought to sites.", [(of, self.plan.number)]),
                family(
                    "model_rollout_ring_released_timestamp_seconds",
                    "gauge",
                    "When the ring got the release; 0 before that.",
                    by_ring(lambda ring: state["released"].get(ring.name, 0)),
                ),
                family(
                    "model_rollout_ring_passed", "gauge", "Whether the ring has passed.", by_ring(lambda ring: ring.name in state["passed"])
                ),
                family(
                    "model_rollout_ring_taken_back",
                    "gauge",
                    "Whether the ring has the version before again.",
                    by_ring(lambda ring: ring.name in state["back"]),
                ),
                family(
                    "model_rollout_ring_sites",
                    "gauge",
                    "Sites of a ring that has the release: updated, behind, waiting (cut off) or failed.",
                    sites,
                ),
                family(
                    "model_rollout_last_answer_timestamp_seconds",
                    "gauge",
                    "When the hub last answered; 0 before that.",
                    [(of, self.last_answer)],
                ),
                family("model_rollout_stopped", "gauge", "Whether nothing more is released, and why.", reasons),
            )
        )
