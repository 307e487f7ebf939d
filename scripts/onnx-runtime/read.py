"""Asks releases of ONNX Runtime which models they load: the highest opset of ONNX and the highest version of its intermediate representation.

    python3 scripts/onnx-runtime/read.py 1.24.1 1.27.0 > test/catalog/fixtures/onnx-runtime.json

Each release is installed by pip into a temporary folder, and given a model of one Identity node, written here by hand, with ever higher numbers.
"""

import json
import subprocess
import sys
import tempfile

HIGHEST = 40


def varint(value):
    head = bytearray()
    while value > 127:
        head.append(value & 127 | 128)
        value >>= 7
    return bytes([*head, value])


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def model(ir, opset):
    """ModelProto of onnx.proto: `y = Identity(x)` of one float."""
    shape = part(2, part(1, number(1, 1)))
    value = lambda name: part(1, name) + part(2, part(1, number(1, 1) + shape))
    node = part(1, "x") + part(2, "y") + part(4, "Identity")
    graph = part(1, node) + part(2, "g") + part(11, value("x")) + part(12, value("y"))
    return number(1, ir) + part(7, graph) + part(8, number(2, opset))


ASK = """
import sys, json
sys.path.insert(0, sys.argv[1])
import onnxruntime
models = json.loads(sys.stdin.read())
def loads(each):
    try:
        onnxruntime.InferenceSession(bytes.fromhex(each), providers=['CPUExecutionProvider'])
    except Exception as error:
        return str(error)
print(json.dumps({'version': onnxruntime.__version__, 'errors': [loads(each) for each in models]}))
"""


def highest(folder, models):
    """The highest of numbered models that loads while all below it do, and why the next one does not."""
    given = json.dumps([content.hex() for _, content in models])
    answer = subprocess.run([sys.executable, "-c", ASK, folder], input=given, text=True, capture_output=True, check=True)
    result = json.loads(answer.stdout)
    refused = next(index for index, error in enumerate(result["errors"]) if error)
    return result["version"], models[refused - 1][0], result["errors"][refused].split(") ")[-1][:200]


def read(version):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--target", folder, f"onnxruntime=={version}"]
        subprocess.run(command, check=True, stdout=sys.stderr, stderr=subprocess.DEVNULL)
        _, opset, of_opset = highest(folder, [(each, model(8, each)) for each in range(7, HIGHEST)])
        found, ir, of_ir = highest(folder, [(each, model(each, 11)) for each in range(3, HIGHEST)])
        assert found == version, found
    return {"opset": opset, "ir": ir, "refusals": [of_opset, of_ir]}


if __name__ == "__main__":
    json.dump({version: read(version) for version in sys.argv[1:]}, sys.stdout, indent=2)
    print()
