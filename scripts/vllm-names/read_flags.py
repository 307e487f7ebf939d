"""Reads from wheels of vLLM which flags `vllm serve` takes, as read.py reads other names.

    python3 scripts/vllm-names/read_flags.py 0.19.0 0.24.0 0.32.0 > test/catalog/fixtures/vllm-flags.json

Nothing of vLLM is imported: flags are the names in calls of `add_argument`, and the fields of the front end's options. What the parsers of some
versions said themselves stands beside it, in test/serving/vllm/fixtures, and a test compares.
"""

import ast
import sys
import zipfile

from read import ENGINE, fields, write_all

# Where the options of the front end have stood, the newest first.
FRONT_ENDS = ("vllm/entrypoints/common/cli_args.py", "vllm/entrypoints/launchers/cli_args.py", "vllm/entrypoints/openai/cli_args.py")


def added(tree):
    """Flags that calls of `add_argument` name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            for each in node.args:
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.startswith("--"):
                    yield each.value


def read(wheel, package, version):
    with zipfile.ZipFile(wheel) as archive:
        path = next(path for path in FRONT_ENDS if path in archive.namelist())
        front, engine = (ast.parse(archive.read(each)) for each in (path, ENGINE))
    options = {*fields(front, "FrontendArgs"), *fields(front, "BaseFrontendArgs")}
    flags = {*added(front), *added(engine), *(f"--{name.replace('_', '-')}" for name in options)}
    return {"source": f"PyPI {package} {version}", "flags": " ".join(sorted(flag[2:] for flag in flags))}


if __name__ == "__main__":
    write_all(read, sys.argv[1:])
