"""Parameters as counted in the files: packed ones as what was packed, scales and zero points not at all."""

from model_pipeline import weights
from model_pipeline.kinds import Parameters
from model_pipeline.work import Result, Subject


def run(settings: Parameters, subject: Subject) -> Result:
    before, after = weights.count(subject.source), weights.count(subject.output)
    values: dict[str, float] = {}
    parts, passed = [], True
    for name, count_of, limit in (
        ("all", lambda counts: sum(counts.values()), settings.at_most),
        ("attention", lambda counts: sum(number for _, number in weights.attention_parts(counts)), settings.attention_at_most),
    ):
        was, now = count_of(before), count_of(after)
        values |= {f"{name}_source": float(was), name: float(now), **({"ratio_" + name: now / was} if was else {})}
        if limit is None:
            continue
        holds = was > 0 and now / was <= limit
        passed = passed and holds
        what = "parameters" if name == "all" else "parameters of the attention"
        parts.append(f"{now} {what} in place of {was}" + (f", {now / was:.4f} of them; at most {limit:g} is allowed" if was else ""))
    return Result(passed, "; ".join(parts), values)
