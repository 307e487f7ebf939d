"""Runs: what is done is kept, nothing is partial, and what is wrong with folders is said at once."""

import io
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from model_pipeline import cli, kinds, manifest, publish, runner
from model_pipeline.faults import Refused
from model_pipeline.metrics import Metrics
from model_pipeline.runner import CheckFailed
from support import bare_model, pipeline

Models = Callable[[str], pathlib.Path]
STEPS = [
    {"kind": "cast", "id": "narrow", "dtype": "bfloat16"},
    {"kind": "skip-layers", "layers": [1]},
    {"kind": "cast", "id": "wide", "dtype": "float32"},
    {"kind": "package-tokenizer"},
]
CHECKS = [{"kind": "size", "atMost": 1}, {"kind": "license"}, {"kind": "tokenizer"}]
KILLS = 20


def arguments(source: pathlib.Path, folder: pathlib.Path, **more: Any) -> list[str]:
    spec = folder / "spec.json"
    spec.write_text(json.dumps({"name": "killed", "steps": STEPS, "checks": CHECKS, **more}), encoding="utf-8")
    return ["run", "--spec", str(spec), "--source", str(source), "--work", str(folder / "work"), "--output", str(folder / "output")]


def one_thread() -> None:
    """In a forked process: the threads of PyTorch that were there before the fork are not, and it would wait for them forever."""
    import torch

    torch.set_num_threads(1)


def start(command: list[str]) -> int:
    """The program in a process of its own, in which torch is loaded already; returns its id."""
    child = os.fork()
    if child == 0:
        with pathlib.Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            os.dup2(nowhere.fileno(), 1)
        status = 99
        try:
            one_thread()
            status = cli.main(command)
        finally:
            os._exit(status)
    return child


def is_complete(output: pathlib.Path) -> bool:
    """Whether there is a version; a partial one fails the test."""
    if not (output / manifest.NAME).is_file():
        return False
    sums = manifest.read((output / manifest.NAME).read_text(encoding="utf-8"))
    assert {name: file.sha256 for name, file in manifest.measure(output).items()} == sums
    assert {"model.safetensors", "config.json", "tokenizer.json", "LICENSE", publish.RESULT} <= set(sums)
    return True


def test_killed_at_random_moments_it_is_never_partial(models: Models, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    # What is imported here is there in every process that is forked.
    import transformers

    import model_pipeline.steps.cast
    import model_pipeline.steps.package_tokenizer
    import model_pipeline.steps.skip_layers  # noqa: F401

    transformers.AutoTokenizer.from_pretrained(source)
    (tmp_path / "whole").mkdir()
    started = time.monotonic()
    assert os.waitstatus_to_exitcode(os.waitpid(start(arguments(source, tmp_path / "whole")), 0)[1]) == 0
    seconds = time.monotonic() - started
    assert is_complete(tmp_path / "whole" / "output")
    wanted = (tmp_path / "whole" / "output" / "model.safetensors").read_bytes()
    seed = int(os.environ.get("KILL_SEED", "0")) or random.randrange(1, 10**6)
    print(f"KILL_SEED={seed}; a whole run takes {seconds:.1f} s")
    moments = random.Random(seed)
    place, killed, ended, resumed = 0, 0, 0, 0
    folder = tmp_path / "0"
    folder.mkdir()
    while killed < KILLS:
        child = start(arguments(source, folder))
        time.sleep(moments.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        killed += status == -signal.SIGKILL
        resumed += any((folder / "work" / "steps").glob("0*")) if (folder / "work" / "steps").is_dir() else 0
        assert status in (0, -signal.SIGKILL)
        if is_complete(folder / "output"):
            ended += 1
            assert (folder / "output" / "model.safetensors").read_bytes() == wanted
            place += 1
            folder = tmp_path / str(place)
            folder.mkdir()
    assert cli.main(arguments(source, folder)) == cli.COMPLETE
    assert is_complete(folder / "output")
    assert (folder / "output" / "model.safetensors").read_bytes() == wanted
    print(f"{killed} killed, {resumed} times with something to go on with, {ended} had come to their end")


def test_killed_before_every_rename_it_is_never_partial(models: Models, tmp_path: pathlib.Path) -> None:
    """Where random moments may miss: dies before each of the renames and links by which something becomes visible."""
    source = models("llama")
    visible = ("os.rename", "os.link")
    for moment in range(1, 60):
        child = os.fork()
        if child == 0:
            seen = 0

            def hook(event: str, _: Any, moment: int = moment) -> None:
                nonlocal seen
                if event in visible:
                    seen += 1
                    if seen == moment:
                        os.kill(os.getpid(), signal.SIGKILL)

            one_thread()
            sys.addaudithook(hook)
            with pathlib.Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            os._exit(cli.main(arguments(source, tmp_path)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        complete = is_complete(tmp_path / "output")
        if status == 0:
            assert complete
            return
        assert status == -signal.SIGKILL
    raise AssertionError("it never came to its end")


def test_what_is_done_is_not_done_again(models: Models, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    original = runner._function
    fail = True

    def function(module: str) -> Any:
        ran.append(module)
        if fail and module == "steps.package_tokenizer":
            raise OSError(28, "No space left on device")
        return original(module)

    monkeypatch.setattr(runner, "_function", function)
    source = models("llama")
    assert cli.main(arguments(source, tmp_path)) == cli.TRY_AGAIN
    assert ran == ["steps.cast", "steps.skip_layers", "steps.cast", "steps.package_tokenizer"]
    ran.clear()
    fail = False
    assert cli.main(arguments(source, tmp_path)) == cli.COMPLETE
    assert ran == ["steps.package_tokenizer", "checks.size", "checks.license", "checks.tokenizer", "checks.safetensors", "checks.finite"]
    result = json.loads((tmp_path / "output" / publish.RESULT).read_text(encoding="utf-8"))
    # What the first run reported is not lost.
    assert [step.get("dtype") for step in result["steps"]] == ["bfloat16", None, "float32", None]
    ran.clear()
    assert cli.main(arguments(source, tmp_path)) == cli.COMPLETE
    assert ran == []


def test_another_specification_begins_anew(models: Models, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = models("llama")
    failing = arguments(source, tmp_path, checks=[{"kind": "size", "atMost": 0.01}])
    assert cli.main(failing) == cli.NOT_GOOD_ENOUGH
    said = capfd.readouterr().err
    assert "ERROR: nothing was published: 1 check does not hold\n  - size: the weights have " in said
    assert not (tmp_path / "output").exists()
    steps = sorted(path.name for path in (tmp_path / "work" / "steps").iterdir())
    assert steps == ["00-narrow", "01-skip-layers", "02-wide", "03-package-tokenizer"]
    assert cli.main(arguments(source, tmp_path, seed=1)) == cli.COMPLETE
    assert '"event": "resumed"' not in capfd.readouterr().out
    # And a version that is complete is never changed.
    assert cli.main(arguments(source, tmp_path, seed=2)) == cli.REFUSED
    assert "is complete and was made of another source or otherwise" in capfd.readouterr().err


def test_a_step_that_was_damaged_on_the_disk_is_done_again(models: Models, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    with pytest.raises(CheckFailed):
        pipeline(source, tmp_path, STEPS, [{"kind": "size", "atMost": 0.01}])
    (tmp_path / "work" / "steps" / "03-package-tokenizer" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CheckFailed, match="size"):
        pipeline(source, tmp_path, STEPS, [{"kind": "size", "atMost": 0.01}])
    assert json.loads((tmp_path / "work" / "steps" / "03-package-tokenizer" / "config.json").read_text())["num_hidden_layers"] == 3


def test_folders_that_are_refused(models: Models, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = models("llama")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "mine").write_text("x", encoding="utf-8")
    assert cli.main(arguments(source, tmp_path)) == cli.REFUSED
    assert "holds mine, which no pipeline left half-done; give an empty folder" in capfd.readouterr().err
    assert (tmp_path / "output" / "mine").is_file()
    (tmp_path / "output" / manifest.NAME).write_text("", encoding="utf-8")
    assert cli.main(arguments(source, tmp_path)) == cli.REFUSED
    assert "holds a complete version that no pipeline made" in capfd.readouterr().err
    assert cli.main(arguments(tmp_path / "nowhere", tmp_path)) == cli.REFUSED
    assert "source: there is no folder" in capfd.readouterr().err


def test_a_complete_version_that_was_changed_is_refused(models: Models, tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = models("llama")
    assert cli.main(arguments(source, tmp_path)) == cli.COMPLETE
    config = tmp_path / "output" / "config.json"
    config.unlink()
    config.write_text("{}", encoding="utf-8")
    assert cli.main(arguments(source, tmp_path)) == cli.REFUSED
    assert "config.json is not what SHA256SUMS says" in capfd.readouterr().err


def test_a_disk_that_is_too_small(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = bare_model(tmp_path / "model")
    monkeypatch.setattr(runner, "disk_need", lambda *_: 1 << 60)
    with pytest.raises(Refused, match=r"has \d+ MiB free, but the steps need up to 1099511627776 MiB at one time; give the volume more"):
        pipeline(source, tmp_path, STEPS, CHECKS)


def test_packages_that_the_image_lacks(tmp_path: pathlib.Path) -> None:
    source = bare_model(tmp_path / "model")
    step, kind = {"kind": "cast", "dtype": "float32"}, kinds.STEPS["cast"]
    changed = type(kind)(kind.settings, kind.module, ("no_such_package",), kind.reads, kind.writes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(kinds.STEPS, "cast", changed)
        with pytest.raises(Refused, match=r"steps\[0\]: cast needs the package no_such_package, which this image lacks"):
            pipeline(source, tmp_path, [step], CHECKS)


def test_names_that_the_store_does_not_take(tmp_path: pathlib.Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "a b").touch()
    with pytest.raises(Refused, match="a b: is a name that the model store does not take"):
        publish.publish(tmp_path / "made", tmp_path / "output", {})
    assert not (tmp_path / "output").exists()


def test_metrics_are_what_prometheus_reads(models: Models, tmp_path: pathlib.Path) -> None:
    assert cli.main(arguments(models("llama"), tmp_path, labels={"gpu": 'L4 "x"\n'})) == cli.COMPLETE
    text = (tmp_path / "work" / "metrics.prom").read_text(encoding="utf-8")
    assert 'model_pipeline_check_passed{check="size",pipeline="killed"} 1.0\n' in text
    assert 'model_pipeline_complete{pipeline="killed"} 1\n' in text
    assert text.count("# TYPE model_pipeline_check_value gauge\n") == 1
    progress = [line for line in text.splitlines() if line.startswith("model_pipeline_step_progress_ratio{")]
    assert len(progress) > 5
    assert {line.split(" ")[-1] for line in progress} == {"1.0"}
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_metrics_are_served() -> None:
    metrics = Metrics(None, {"pipeline": "x"})
    metrics.set("model_pipeline_complete", 0)
    with pytest.raises(KeyError):
        metrics.set("model_pipeline_other", 0)
    server = metrics.serve(0, "127.0.0.1")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            assert answer.read().decode() == metrics.text()
    finally:
        server.shutdown()
        server.server_close()


def test_a_port_stays_open_for_those_who_read() -> None:
    metrics = Metrics(None, {"pipeline": "x"})
    server = metrics.serve(0, "127.0.0.1")
    try:
        begun = time.monotonic()
        metrics.linger(30)
        assert time.monotonic() - begun < 10
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            assert answer.status == 200
        begun = time.monotonic()
        metrics.linger(1.5)
        assert time.monotonic() - begun >= 1.5
    finally:
        server.shutdown()
        server.server_close()


def test_a_port_that_is_taken_keeps_nobody_from_a_model(models: Models, tmp_path: pathlib.Path) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        lines = io.StringIO()
        port = taken.getsockname()[1]
        assert cli.main([*arguments(models("llama"), tmp_path), "--metrics-port", str(port)], lines) == cli.COMPLETE
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["event"], line["port"]) for line in said if line["level"] == "warning"] == [("metrics-not-served", port)]


def test_every_line_of_the_log_is_json(models: Models, tmp_path: pathlib.Path) -> None:
    command = [sys.executable, "-m", "model_pipeline", *arguments(models("llama"), tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all({"time", "level", "event"} <= line.keys() for line in lines)
    assert [line["event"] for line in lines if line["event"] in ("start", "complete")] == ["start", "complete"]
