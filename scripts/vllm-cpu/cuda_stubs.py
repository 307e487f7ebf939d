"""Stand-ins for the CUDA libraries that torch is linked with.

usage: cuda_stubs.py FOLDER [FOLDER ...]

torch for Linux loads 2.6 GB of CUDA libraries at import, though no CPU kernel calls them. Each that is not there becomes an empty library in
the first folder: it has the names that the libraries of all folders ask for, and every call answers `cudaErrorNoDevice`.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

NO_DEVICE = 100
# Called for a text, not for a status.
TEXTS = {'cudaGetErrorString', 'cudaGetErrorName', 'cudnnGetErrorString', 'ncclGetErrorString', 'ncclGetLastError'}
NVIDIA = re.compile(r'lib(cu|nv|nccl)')
SYMBOL = re.compile(r'\bUND (?P<name>[A-Za-z_]\w*)(?:@(?P<version>\S+))?')
CUDA = re.compile(r'(__)?(cu|nv|nccl|cudnn)')


def readelf(*arguments: str) -> str:
    return subprocess.run(['readelf', '-W', *arguments], check=True, capture_output=True, text=True).stdout


def wanted(folders: list[pathlib.Path]) -> dict[str, dict[str, str]]:
    """Names of each missing library, with their versions ('' without one)."""
    names: dict[str, dict[str, str]] = {}
    for library in [file for folder in folders for file in sorted(folder.glob('*.so*'))]:
        needed = re.findall(r'\(NEEDED\).*\[(.*)\]', readelf('-d', str(library)))
        needed = [name for name in needed if NVIDIA.match(name) and not (folders[0] / name).exists()]
        for name in needed:
            names.setdefault(name, {})
        # Which library a version is asked of.
        version_of = {}
        file = ''
        for line in readelf('-V', str(library)).splitlines():
            if found := re.search(r'File: (\S+)', line):
                file = found.group(1)
            elif found := re.search(r'Name: (\S+)', line):
                version_of[found.group(1)] = file
        for found in SYMBOL.finditer(readelf('--dyn-syms', str(library))):
            name, version = found.group('name'), found.group('version') or ''
            owner = version_of.get(version) if version else (needed[0] if needed and CUDA.match(name) else None)
            if owner in names:
                names[owner][name] = version
    return names


def build(folder: pathlib.Path, soname: str, names: dict[str, str]) -> None:
    code = []
    for name in sorted(names):
        body = 'return "no CUDA";' if name in TEXTS else f'return {NO_DEVICE};'
        code.append(f'{"const char *" if name in TEXTS else "long "}{name}(void) {{ {body} }}')
    versions = {version for version in names.values() if version}
    script = '\n'.join(
        f'{version} {{ global: {" ".join(f"{name};" for name, its in sorted(names.items()) if its == version)} }};'
        for version in sorted(versions)
    )
    with tempfile.TemporaryDirectory() as work:
        source, version_script = pathlib.Path(work, 'stub.c'), pathlib.Path(work, 'stub.map')
        source.write_text('\n'.join(code) + '\n')
        version_script.write_text(script + '\n')
        options = [f'-Wl,--version-script={version_script}'] if versions else []
        subprocess.run(
            ['gcc', '-w', '-shared', '-fPIC', '-fno-builtin', f'-Wl,-soname,{soname}', *options, '-o', str(folder / soname), str(source)],
            check=True,
        )


def main() -> None:
    folders = [pathlib.Path(argument) for argument in sys.argv[1:]]
    for soname, names in wanted(folders).items():
        build(folders[0], soname, names)
        print(f'{soname}: {len(names)} names')


main()
