"""Models are made once for all tests, and kept where MODEL_PIPELINE_TEST_MODELS says."""

import os
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

import support
import tiny

Pipeline = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], pathlib.Path]:
    """The folder of a trained model, by its architecture."""
    kept = os.environ.get("MODEL_PIPELINE_TEST_MODELS")
    root = pathlib.Path(kept) if kept else tmp_path_factory.mktemp("models")

    def folder_of(architecture: str) -> pathlib.Path:
        folder = root / architecture
        if not (folder / "trained.json").is_file():
            tiny.make(folder, architecture)
        return folder

    return folder_of


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> support.Texts:
    """A text to calibrate on, and one that models were not trained on."""
    folder = tmp_path_factory.mktemp("texts")
    train, held_back = tiny.texts()
    (folder / "train.txt").write_text(train[:100_000], encoding="utf-8")
    (folder / "held-back.txt").write_text(held_back, encoding="utf-8")
    return support.Texts(folder / "train.txt", folder / "held-back.txt")


# Packages that have environments of their own, by the marker of their tests.
_OWN = {"compressor": "llmcompressor", "gptqmodel": "gptqmodel"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a word about it, tests would be skipped or fail where another environment is."""
    import importlib.util

    for marker, package in _OWN.items():
        if importlib.util.find_spec(package) is None and config.getoption("-m") == "":
            skip = pytest.mark.skip(reason=f"{package} has an environment of its own: npm run test:jobs -- {marker}")
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(skip)
