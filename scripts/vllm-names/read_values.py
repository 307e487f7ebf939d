"""Reads from wheels of vLLM which values its arguments take, as read.py reads their names: kinds, bounds and choices.

    python3 scripts/vllm-names/read_values.py 0.19.0 0.24.0 0.32.0 > test/catalog/fixtures/vllm-values.json

Nothing of vLLM is imported. An argument is a field of `EngineArgs`, whose default names the field of the configuration that it becomes, e.g.
`SchedulerConfig.policy`, or which is passed on as such: `CacheConfig(block_size=self.block_size)`. That one's annotation and `Field(ge=1)` are
what pydantic checks when the configuration is made, and the annotation of the argument is what the parser of `vllm serve` checks. Names of
formats that are looked up in a registry come from the registry. What is neither a number, a truth value, a text, a choice of these nor an object
is left out, as is what may be of several of these kinds, and what has tables of its own (read.py).
"""

import ast
import sys
import zipfile

from read import ENGINE, write_all

KINDS = {"int": "whole", "float": "number", "bool": "switch", "str": "text", "dict": "object"}
BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
# Arguments that name an entry of a registry, to which plugins may add: its module, its variable, and whether it is the keys of a dictionary.
REGISTRIES = {
    "load_format": ("vllm/model_executor/model_loader/__init__.py", "_LOAD_FORMAT_TO_MODEL_LOADER"),
    "config_format": ("vllm/transformers_utils/config.py", "_CONFIG_FORMAT_TO_CONFIG_PARSER"),
}
# Taken before the registry is asked.
BEFORE_REGISTRY = {"config_format": ["auto"]}


# Read by read.py.
ELSEWHERE = ("quantization", "kv_cache_dtype")


class Sources:
    """Modules of a wheel; of each the aliases, classes and imports at its top."""

    def __init__(self, archive):
        self.archive, self.parsed = archive, {}

    def module(self, path):
        if path not in self.parsed:
            top, imports = {}, {}
            for node in flat(ast.parse(self.archive.read(path)).body):
                if isinstance(node, ast.ClassDef):
                    top[node.name] = node
                elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    top.setdefault(node.targets[0].id, node.value)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                    top.setdefault(node.target.id, node.value)
                elif isinstance(node, ast.ImportFrom):
                    above = path.split("/")[: -node.level] if node.level > 0 else []
                    module = "/".join([*above, *(node.module or "").split(".")]).rstrip("/")
                    imports.update({each.asname or each.name: (module, each.name) for each in node.names})
            self.parsed[path] = top, imports
        return self.parsed[path]

    def find(self, path, name):
        """Where a name of a module is defined: (path, node), or None."""
        top, imports = self.module(path)
        # A stand-in of an import that is for checkers of types alone: `LoadFormats = Any`.
        is_stand_in = isinstance(top.get(name), ast.Name) and top[name].id == "Any"
        if name in top and not (is_stand_in and name in imports):
            return path, top[name]
        if name not in imports:
            return None
        base, original = imports[name]
        for file in (f"{base}.py", f"{base}/__init__.py"):
            if file in self.archive.namelist():
                return self.find(file, original)
        return None


def flat(nodes):
    """Statements of a module, those within `if` included."""
    for node in nodes:
        if isinstance(node, ast.If):
            yield from flat([*node.body, *node.orelse])
        else:
            yield node


class Unread(Exception):
    """An annotation of something that has no kind here."""


def members(sources, path, node):
    """Kinds and choices of an annotation: {'kinds': {...}, 'choices': [...]}. None, which every program may leave out, is no kind."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return set(), []
        return members(sources, path, ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return joined(sources, path, [node.left, node.right])
    if isinstance(node, ast.Subscript):
        head = ast.unparse(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head == "Literal":
            return set(), [each for part in parts for each in literals(sources, path, part)]
        if head in ("Optional", "Union"):
            return joined(sources, path, parts)
        if head == "Annotated":
            return members(sources, path, parts[0])
        if head in ("dict", "Dict"):
            return {"dict"}, []
        if head == "SkipValidation":
            raise Unread(head)
    if isinstance(node, ast.Name) and node.id in KINDS:
        return {node.id}, []
    if isinstance(node, ast.Name):
        found = sources.find(path, node.id)
        if found is not None:
            where, definition = found
            if not isinstance(definition, ast.ClassDef):
                return members(sources, where, definition)
            if any(ast.unparse(each) in ("IntEnum", "enum.IntEnum") for each in definition.bases):
                return set(), [each.value.value for each in definition.body if isinstance(each, ast.Assign)]
            if any("config" in ast.unparse(each) for each in definition.decorator_list):
                return {"dict"}, []
    raise Unread(ast.unparse(node))


def literals(sources, path, node):
    """Values of a part of a literal, which may be the name of another."""
    if isinstance(node, ast.Name):
        return members(sources, *sources.find(path, node.id))[1]
    return [] if node.value is None else [node.value]


def joined(sources, path, nodes):
    kinds, choices = set(), []
    for node in nodes:
        more, chosen = members(sources, path, node)
        kinds |= more
        choices += chosen
    return kinds, choices


def field_of(definition, name):
    for node in definition.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return node
    return None


def becomes(sources, default):
    """The field of the configuration that a default names, as (path, field), or None."""
    owner = attribute = None
    if isinstance(default, ast.Attribute) and isinstance(default.value, ast.Name):
        owner, attribute = default.value.id, default.attr
    if isinstance(default, ast.Call) and ast.unparse(default.func) == "get_field":
        owner, attribute = default.args[0].id, default.args[1].value
    return None if owner is None else in_class(sources, owner, attribute)


def in_class(sources, owner, attribute):
    """A field of a class that the engine's module names, as (path, field), or None."""
    found = sources.find(ENGINE, owner)
    if not found or not isinstance(found[1], ast.ClassDef):
        return None
    field = field_of(found[1], attribute)
    return None if field is None else (found[0], field)


def passed_on(sources, name, arguments):
    """The field of the configuration that an argument is passed to as it is, as (path, field), or None."""
    for node in ast.walk(arguments):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for word in node.keywords:
                if word.arg is not None and ast.unparse(word.value) == f"self.{name}":
                    found = in_class(sources, node.func.id, word.arg)
                    if found is not None:
                        return found
    return None


def bounds(node):
    """What `Field(ge=1)` says, in the default of a field or in its annotation."""
    said = ""
    for part in (node.value, node.annotation):
        for each in ast.walk(part) if part is not None else []:
            if isinstance(each, ast.Call) and ast.unparse(each.func) in ("Field", "PydanticField"):
                for word in each.keywords:
                    if word.arg in BOUNDS:
                        said += f"{BOUNDS[word.arg]}{ast.literal_eval(word.value)}"
    return said


def values(sources, name, field, arguments):
    """What an argument takes: (kind, choices), each None where nothing is known."""
    if name in REGISTRIES and REGISTRIES[name][0] in sources.archive.namelist():
        found = sources.find(*REGISTRIES[name])
        if found is not None and isinstance(found[1], ast.Dict):
            return "text", [*BEFORE_REGISTRY.get(name, []), *(key.value for key in found[1].keys)]
    target = becomes(sources, field.value) or passed_on(sources, name, arguments)
    read = [(ENGINE, field), *([target] if target else [])]
    try:
        each = [members(sources, path, node.annotation) for path, node in read]
    except Unread:
        return None
    for kinds, choices in each:
        if choices and not kinds:
            return ("whole" if isinstance(choices[0], int) else "text"), choices
    kinds = set().union(*(kinds for kinds, _ in each))
    if kinds == {"int", "float"}:
        kinds = {"float"}
    if len(kinds) != 1 or any(choices and "str" not in found for found, choices in each):
        return None
    (kind,) = kinds
    return KINDS[kind] + (bounds(target[1]) if target else ""), []


def read(wheel, package, version):
    kinds, choices = [], []
    with zipfile.ZipFile(wheel) as archive:
        sources = Sources(archive)
        _, arguments = sources.find(ENGINE, "EngineArgs")
        for node in arguments.body:
            if isinstance(node, ast.AnnAssign) and node.target.id not in ELSEWHERE and "ClassVar" not in ast.unparse(node.annotation):
                found = values(sources, node.target.id, node, arguments)
                if found is not None:
                    kinds.append(f"{node.target.id}:{found[0]}")
                    choices += [f"{node.target.id}={each}" for each in found[1]]
    if not any(each.startswith("scheduling_policy=") for each in choices):
        raise SystemExit(f"vLLM {version}: no choices of scheduling_policy")
    return {"source": f"PyPI {package} {version}", "kinds": " ".join(sorted(kinds)), "choices": " ".join(sorted(choices))}


if __name__ == "__main__":
    write_all(read, sys.argv[1:])
