"""A backend in place of one that cannot be had here: it answers every request with zeros of the tensors that the configuration names.

What it shows is what Triton itself makes of the configuration: the names, types and shapes of tensors, the batcher, the versions, the
instances. Of the model it shows nothing.
"""

import json

import numpy as np
import triton_python_backend_utils as pb

VLLM_INPUTS = [
    ("text_input", "TYPE_STRING", [1], False),
    ("stream", "TYPE_BOOL", [1], True),
    ("sampling_parameters", "TYPE_STRING", [1], True),
    ("exclude_input_in_output", "TYPE_BOOL", [1], True),
]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        written = config.as_dict()
        if written["backend"] == "vllm":
            for name, kind, dims, optional in VLLM_INPUTS:
                config.add_input({"name": name, "data_type": kind, "dims": dims, "optional": optional})
            config.add_output({"name": "text_output", "data_type": "TYPE_STRING", "dims": [-1]})
            config.set_model_transaction_policy({"decoupled": True})
            config.set_max_batch_size(0)
        return config

    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.batches = config["max_batch_size"] > 0
        self.decoupled = config.get("model_transaction_policy", {}).get("decoupled", False)
        self.outputs = [
            (each["name"], pb.triton_string_to_numpy(each["data_type"]), [int(dim) for dim in each["dims"]])
            for each in config["output"]
        ]
        pb.Logger.log_warn(f"{config['name']}: a stand-in for the backend {config['backend']}")

    def answer(self, request):
        batch = [len(request.inputs()[0].as_numpy())] if self.batches else []
        return pb.InferenceResponse(
            [pb.Tensor(name, zeros(kind, batch + [max(1, dim) for dim in dims])) for name, kind, dims in self.outputs]
        )

    def execute(self, requests):
        if not self.decoupled:
            return [self.answer(request) for request in requests]
        for request in requests:
            sender = request.get_response_sender()
            sender.send(self.answer(request), flags=pb.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        return None


def zeros(kind, shape):
    return np.full(shape, b"", dtype=object) if kind == np.object_ else np.zeros(shape, dtype=kind)
