"""The probability that the model's score means, and whether it is above the threshold of the configuration."""

import json

import numpy as np
import triton_python_backend_utils as pb


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.threshold = float(parameters["threshold"]["string_value"])

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        score = pb.get_input_tensor_by_name(request, "score").as_numpy()
        probability = 1 / (1 + np.exp(-score))
        return pb.InferenceResponse(
            [
                pb.Tensor("probability", probability.astype(np.float32)),
                pb.Tensor("suspicious", probability >= self.threshold),
            ]
        )
