"""What vLLM itself says of arguments: judge.py CASES.json WORK_FOLDER OUT.json

Of each case, `serve` is read by the parser of `vllm serve` and made into `AsyncEngineArgs`, and `engine` is passed as Triton's backend passes
model.json: `AsyncEngineArgs(**arguments)`. Then the configuration of the model is made, of a tiny checkpoint in the place of the real one; of a case
that is asked `wholly`, that of the whole engine, and the loader of its weights. Says null where all is taken, else the reason. The flags of the
parser are written down too.
"""

import contextlib
import importlib
import io
import json
import os
import pathlib
import sys

os.environ.update(VLLM_LOGGING_LEVEL='CRITICAL')

import refusals  # noqa: E402
import vllm  # noqa: E402
from vllm.engine.arg_utils import AsyncEngineArgs  # noqa: E402

# A model longer than any context that is asked for.
LONGEST = 1 << 20


def module_of(*names: str):
    """The first of several modules that a version has."""
    for name in names:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    raise SystemExit(f'vLLM {vllm.__version__} has none of {names}')


CLI = module_of('vllm.entrypoints.common.cli_args', 'vllm.entrypoints.launchers.cli_args', 'vllm.entrypoints.openai.cli_args')
LOADERS = module_of('vllm.model_executor.model_loader')
PARSERS = module_of('vllm.utils.argparse_utils', 'vllm.utils')


def parser():
    return CLI.make_arg_parser(PARSERS.FlexibleArgumentParser(prog='vllm serve'))


def parsed(arguments):
    """What the parser makes of arguments; it ends the process where it refuses them, and says why."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            found = parser().parse_args(arguments)
    except SystemExit as error:
        raise ValueError(said.getvalue().strip().splitlines()[-1]) from error
    CLI.validate_parsed_serve_args(found)
    # As `vllm serve` does: the model stands first.
    if getattr(found, 'model_tag', None) is not None:
        found.model = found.model_tag
    return AsyncEngineArgs.from_cli_args(found)


def checked(made):
    """Makes the configuration of the model. What only a checkpoint of its format can have is not asked for."""
    method = made.quantization
    try:
        made.create_model_config()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what the user would see
        if method is None or 'nknown quantization method' in str(error) or 'deprecated' in str(error):
            raise


def checked_wholly(made):
    """Makes the configuration of the engine, and what loads its weights."""
    config = made.create_engine_config()
    LOADERS.get_model_loader(config.load_config)


def verdict(make, arguments, wholly):
    return refusals.refusal(lambda: (checked_wholly if wholly else checked)(make(arguments)))


def main(cases_file, work, out):
    cases = json.loads(pathlib.Path(cases_file).read_text())
    folder = refusals.tiny(pathlib.Path(work, 'judged'), max_position_embeddings=LONGEST)
    here = lambda text: folder if text == cases['model'] else text
    said = {}
    for name, case in cases['cases'].items():
        engine = {key: here(value) for key, value in case['engine'].items()}
        said[name] = {'engine': verdict(lambda each: AsyncEngineArgs(**each), engine, case['wholly'])}
        if 'serve' in case:
            said[name]['serve'] = verdict(parsed, [here(word) for word in case['serve']], case['wholly'])
    flags = sorted({option for action in parser()._actions for option in action.option_strings if option.startswith('--')})
    result = {'version': vllm.__version__, 'said': said, 'flags': flags}
    pathlib.Path(out).write_text(json.dumps(result, indent=2))


if __name__ == '__main__':
    main(*sys.argv[1:])
