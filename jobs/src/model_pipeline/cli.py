"""The command: `python -m model_pipeline run --spec FILE --source DIR --work DIR --output DIR`.

Ends with 0 where the output is complete, 1 where the input is refused, 3 where a check does not hold, and 75 (EX_TEMPFAIL of sysexits.h) where
another try may help: then, what was done already is kept.
"""

import argparse
import json
import os
import pathlib
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from model_pipeline.metrics import Metrics
    from model_pipeline.progress import Progress

COMPLETE, REFUSED, NOT_GOOD_ENOUGH, TRY_AGAIN = 0, 1, 3, 75

# Nothing is asked of a hub. Before anything imports transformers or datasets.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
# Bars are for people who watch.
_QUIET = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "TQDM_DISABLE": "1", "TRANSFORMERS_VERBOSITY": "error"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="model_pipeline", description="Makes a model smaller, and publishes it where it is still good.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="makes the output complete, or ends with the reason why not")
    run.add_argument("--spec", type=pathlib.Path, required=True, help="what is done, as JSON")
    run.add_argument("--source", type=pathlib.Path, required=True, help="folder of the model, only read")
    run.add_argument("--work", type=pathlib.Path, required=True, help="folder that survives a restart, for what is done already")
    run.add_argument("--output", type=pathlib.Path, required=True, help="folder of the new version: empty, or begun by a run before")
    run.add_argument("--metrics", type=pathlib.Path, help="file of metrics in Prometheus's text format; by default metrics.prom in --work")
    run.add_argument("--metrics-port", type=int, help="port that answers GET /metrics; by default none does")
    run.add_argument(
        "--metrics-linger", type=float, default=0.0, help="seconds that the port stays open at the end, where anybody has read it"
    )
    run.add_argument("--threads", type=int, help="threads of PyTorch and ONNX Runtime; by default as many as processors")
    check = commands.add_parser("check", help="checks a specification alone, without a model")
    check.add_argument("--spec", type=pathlib.Path, required=True)
    commands.add_parser("kinds", help="writes all kinds of steps and checks with their settings, as JSON")
    return parser


def main(arguments: list[str] | None = None, lines: TextIO | None = None) -> int:
    """Runs a command line; `lines` is where the log goes, by default the standard output."""
    os.environ.update(_OFFLINE)
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    args = _parser().parse_args(arguments)
    if args.command == "kinds":
        from model_pipeline.describe import all_kinds

        print(json.dumps(all_kinds(), indent=2))
        return COMPLETE
    return _check(args) if args.command == "check" else _run(args, lines)


def _check(args: argparse.Namespace) -> int:
    from model_pipeline.faults import Refused
    from model_pipeline.spec import read_spec

    try:
        read_spec(args.spec)
    except Refused as refused:
        _print_faults(refused)
        return REFUSED
    return COMPLETE


def _print_faults(refused: Exception) -> None:
    from model_pipeline.faults import Refused

    faults = refused.faults if isinstance(refused, Refused) else ()
    number = f"{len(faults)} faults" if len(faults) != 1 else "1 fault"
    print(f"ERROR: {number}\n" + "".join(f"  - {fault}\n" for fault in faults), file=sys.stderr, end="", flush=True)


def _serve(metrics: "Metrics", port: int, progress: "Progress") -> None:
    """Nobody's model waits for a port that something else has."""
    try:
        metrics.serve(port)
    except OSError as error:
        progress.say("metrics-not-served", level="warning", port=port, reason=str(error))


def _run(args: argparse.Namespace, lines: TextIO | None) -> int:
    from model_pipeline.faults import Refused
    from model_pipeline.metrics import Metrics
    from model_pipeline.progress import Progress
    from model_pipeline.runner import CheckFailed, Folders, run
    from model_pipeline.spec import read_spec

    if args.threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(args.threads)
    try:
        spec = read_spec(args.spec)
        args.work.mkdir(parents=True, exist_ok=True)
        metrics = Metrics(args.metrics or args.work / "metrics.prom", {"pipeline": spec.name})
        progress = Progress(metrics, lines)
        if args.metrics_port is not None:
            _serve(metrics, args.metrics_port, progress)
        metrics.set("model_pipeline_info", 1, **{f"label_{name}": value for name, value in spec.labels.items()})
        try:
            run(spec, Folders(args.source, args.work, args.output), progress)
        finally:
            metrics.linger(args.metrics_linger)
    except Refused as refused:
        _print_faults(refused)
        return REFUSED
    except CheckFailed as failed:
        number = len(failed.failed)
        print(f"ERROR: nothing was published: {number} check{'s do' if number != 1 else ' does'} not hold", file=sys.stderr)
        for each in failed.failed:
            print(f"  - {each['id']}: {each['sentence']}", file=sys.stderr, flush=True)
        return NOT_GOOD_ENOUGH
    except (OSError, MemoryError) as error:
        print(f"ERROR: {error or type(error).__name__}; another try goes on with what is done", file=sys.stderr, flush=True)
        return TRY_AGAIN
    return COMPLETE
