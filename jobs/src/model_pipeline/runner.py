"""Runs a pipeline: what is done already is not done again, and nothing is published unless all checks hold."""

import importlib
import pathlib
import shutil
import time
from dataclasses import asdict, dataclass
from typing import Any

from model_pipeline import __version__, formats, publish, weights
from model_pipeline.code import carry_code
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import ALWAYS, CHECKS, STEPS
from model_pipeline.progress import Progress
from model_pipeline.source import disk_need, source_faults, source_sums
from model_pipeline.spec import Part, Spec, environment_faults
from model_pipeline.state import State
from model_pipeline.work import Result, Subject, Work


class CheckFailed(Exception):
    """The output is not good enough. Nothing was published."""

    def __init__(self, failed: list[dict[str, Any]]) -> None:
        self.failed = failed
        super().__init__("; ".join(f"{each['id']}: {each['sentence']}" for each in failed))


@dataclass(frozen=True)
class Folders:
    """Where a run reads and writes."""

    source: pathlib.Path
    work: pathlib.Path
    output: pathlib.Path


def run(spec: Spec, folders: Folders, progress: Progress) -> dict[str, Any]:
    """Makes the output complete, and returns the result beside it. Raises Refused or CheckFailed."""
    faults = [*environment_faults(spec), *source_faults(folders.source, spec)]
    if faults:
        raise Refused(faults)
    sums, faults = source_sums(folders.source)
    if faults:
        raise Refused(faults)
    key = spec.key(sums)
    progress.say("start", pipeline=spec.name, key=key, steps=[step.id for step in spec.steps], checks=[check.id for check in spec.checks])
    if (published := publish.published_key(folders.output)) is not None:
        if published != key:
            reason = (
                f"{folders.output} is complete and was made of another source or otherwise ({published}, not {key}); write to another one"
            )
            raise Refused([Fault("output", reason)])
        progress.say("complete", key=key, already=True)
        progress.metrics.set("model_pipeline_complete", 1)
        return {"key": key, "already": True}
    faults = publish.output_faults(folders.output)
    if faults:
        raise Refused(faults)
    progress.metrics.set("model_pipeline_complete", 0)
    folders.work.mkdir(parents=True, exist_ok=True)
    state = State(folders.work, key)
    _check_disk(spec, folders, state)
    if state.resumed:
        progress.say("resumed", key=key)
    made = _steps(spec, folders, state, progress)
    results = _checks(spec, folders, made, state, progress)
    before, after = weights.weight_bytes(folders.source), weights.weight_bytes(made)
    for where, size in (("source", before), ("output", after)):
        progress.metrics.set("model_pipeline_weight_bytes", size, of=where)
    result: dict[str, Any] = {
        "key": key,
        "pipeline": spec.name,
        "program": __version__,
        "format": formats.format_of(made),
        "spec": spec.given,
        "steps": [{"id": step.id, "kind": step.kind, **(state.report_of(place, step.id) or {})} for place, step in enumerate(spec.steps)],
        "checks": results,
        "weightBytes": {"source": before, "output": after},
    }
    if failed := [each for each in results if not each["passed"]]:
        progress.say("failed", level="error", failed=[each["id"] for each in failed], result=result)
        raise CheckFailed(failed)
    files = publish.publish(made, folders.output, result)
    progress.say("complete", key=key, files=len(files), bytes=sum(file.size for file in files.values()), result=result)
    progress.metrics.set("model_pipeline_complete", 1)
    return result


def _check_disk(spec: Spec, folders: Folders, state: State) -> None:
    """Raises Refused where the disk is too small for what steps read and write. What a run before left counts as room that is there."""
    need = disk_need(folders.source, spec)
    held = sum(path.stat().st_size for path in folders.work.rglob("*") if path.is_file()) if state.resumed else 0
    free = shutil.disk_usage(folders.work).free + held
    if need > free:
        mib = 1 << 20
        reason = f"has {free // mib} MiB free, but the steps need up to {-(-need // mib)} MiB at one time; give the volume more"
        raise Refused([Fault(str(folders.work), reason)])


def _function(module: str) -> Any:
    return importlib.import_module(f"model_pipeline.{module}").run


def _steps(spec: Spec, folders: Folders, state: State, progress: Progress) -> pathlib.Path:
    """The folder that the last step wrote."""
    first = _first_to_run(spec.steps, state)
    given = folders.source if first == 0 else state.folder_of(first - 1, spec.steps[first - 1].id)
    for place, step in enumerate(spec.steps[:first]):
        progress.say("step-kept", step=step.id, place=place)
        progress.metrics.set("model_pipeline_step_progress_ratio", 1.0, step=step.id)
    if first < len(spec.steps):
        state.forget_checks()
    for place, step in enumerate(spec.steps[first:], first):
        state.forget(place, step.id)
        progress.say("step-begin", step=step.id, kind=step.kind, place=place)
        progress.begin(step.id)
        started = time.monotonic()
        output = state.begun(place, step.id)
        report = _function(STEPS[step.kind].module)(
            step.settings, Work(folders.source, given, output, spec.seed, spec.trust_remote_code, progress)
        )
        carry_code(given, output, spec.trust_remote_code)
        seconds = round(time.monotonic() - started, 3)
        state.finish(place, step.id, {**report, "seconds": seconds})
        progress.metrics.set("model_pipeline_step_progress_ratio", 1.0, step=step.id)
        progress.metrics.set("model_pipeline_step_duration_seconds", seconds, step=step.id)
        progress.say("step-end", step=step.id, seconds=seconds, report=report)
        given = state.folder_of(place, step.id)
    return given


def _first_to_run(steps: tuple[Part, ...], state: State) -> int:
    """The place after the last step that is done and still there."""
    for place in range(len(steps) - 1, -1, -1):
        if state.is_whole(place, steps[place].id):
            return place + 1
    return 0


def _checks(spec: Spec, folders: Folders, made: pathlib.Path, state: State, progress: Progress) -> list[dict[str, Any]]:
    """What all checks found, also those that do not hold; those that are always made."""
    checks = list(spec.checks)
    named = {check.kind for check in checks}
    checks += [Part(kind, kind, CHECKS[kind].settings()) for kind in ALWAYS if kind not in named]
    results = []
    for check in checks:
        result = state.check_result(check.id)
        if result is None:
            progress.say("check-begin", check=check.id, kind=check.kind)
            progress.begin(check.id)
            found: Result = _function(CHECKS[check.kind].module)(
                check.settings, Subject(folders.source, made, spec.seed, spec.trust_remote_code, progress)
            )
            result = {"id": check.id, "kind": check.kind, **asdict(found)}
            state.keep_check(check.id, result)
            progress.say(
                "check-end", level="info" if found.passed else "error", check=check.id, passed=found.passed, sentence=found.sentence
            )
        # Not every check tells how far it is.
        progress.metrics.set("model_pipeline_step_progress_ratio", 1.0, step=check.id)
        progress.metrics.set("model_pipeline_check_passed", float(result["passed"]), check=check.id)
        for name, value in result["values"].items():
            progress.metrics.set("model_pipeline_check_value", value, check=check.id, value=name)
        results.append(result)
    return results
