# vLLM 0.24.0 with vllm-gguf-plugin==0.0.5
# Written by ServingImage of gpu-inference-constructs: change the program, not this file.
# The image to build from can be that of a mirror: --build-arg BASE_IMAGE=...
ARG BASE_IMAGE=docker.io/vllm/vllm-openai:v0.24.0
FROM ${BASE_IMAGE}

LABEL gpu-inference-constructs.vllm="0.24.0" \
      gpu-inference-constructs.vllm-gguf-plugin="0.0.5" \
      org.opencontainers.image.base.name="docker.io/vllm/vllm-openai:v0.24.0" \
      org.opencontainers.image.title="vLLM 0.24.0 with vllm-gguf-plugin==0.0.5" \
      org.opencontainers.image.version="vllm0.24.0-vllm-gguf-plugin0.0.5"
# Installing needs root, serving does not.
USER 0
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN getent passwd 1000 > /dev/null \
 || useradd --uid 1000 --user-group --create-home --home-dir /home/inference --shell /usr/sbin/nologin inference
RUN --mount=type=secret,id=uv,target=/etc/uv/uv.toml,required=false \
    uv pip install --system --no-cache --no-deps \
      vllm-gguf-plugin==0.0.5 \
      gguf==0.19.0
USER 1000:1000
