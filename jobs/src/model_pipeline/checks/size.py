"""Bytes of the weights against those of the source's at FP32, 4 a parameter, whatever type the source is stored in."""

from model_pipeline import weights
from model_pipeline.kinds import Size
from model_pipeline.work import Result, Subject


def run(settings: Size, subject: Subject) -> Result:
    full = 4 * sum(weights.count(subject.source).values())
    size = weights.weight_bytes(subject.output)
    ratio = size / full
    sentence = f"the weights have {size} bytes, {ratio:.3f} of the {full} at FP32; at most {settings.at_most:g} is allowed"
    values = {"ratio": ratio, "bytes": float(size), "fp32_bytes": float(full), "limit": settings.at_most}
    return Result(0 < ratio <= settings.at_most, sentence, values)
