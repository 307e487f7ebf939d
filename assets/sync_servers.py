"""Servers of a site that must begin anew to serve another version: Deployments, by the API server, and what answers for them."""

import datetime
import http.client
import json
import os
import pathlib
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

ACCOUNT = pathlib.Path(os.environ.get("SERVICE_ACCOUNT_DIR", "/var/run/secrets/kubernetes.io/serviceaccount"))
# What `kubectl rollout restart` writes. Terraform's provider leaves annotations of kubernetes.io alone, so that no apply undoes it.
RESTARTED = "kubectl.kubernetes.io/restartedAt"


class UnreachableError(Exception):
    """The API server does not answer: nothing is known of the servers."""


class AbsentError(Exception):
    """There is no such Deployment, or not yet: nothing has to begin anew."""


def api() -> str:
    if "KUBERNETES_API" in os.environ:
        return os.environ["KUBERNETES_API"]
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def ask(method: str, namespace: str, deployment: str, body: Any = None) -> dict[str, Any]:
    url = f"{api()}/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"
    headers = {
        "Authorization": f"Bearer {(ACCOUNT / 'token').read_text().strip()}",
        "Content-Type": "application/strategic-merge-patch+json",
    }
    data = None if body is None else json.dumps(body).encode()
    context = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt")) if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=20, context=context) as answer:
            read: dict[str, Any] = json.load(answer)
            return read
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise AbsentError(f"there is no deployment {deployment} in namespace {namespace}") from error
        raise UnreachableError(f"deployment {deployment} of namespace {namespace}: HTTP {error.code}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreachableError(f"the API server does not answer: {error}") from error


def restart(namespace: str, deployments: list[str], now: float) -> None:
    """Lets the pods of each be replaced, as its strategy says."""
    at = datetime.datetime.fromtimestamp(now, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for deployment in deployments:
        try:
            ask("PATCH", namespace, deployment, {"spec": {"template": {"metadata": {"annotations": {RESTARTED: at}}}}})
        except AbsentError as absent:
            print(f"sync: WARNING: {absent}; nothing is restarted", file=sys.stderr, flush=True)


def waiting(namespace: str, deployments: list[str]) -> str | None:
    """What is not replaced or not ready yet, as `kubectl rollout status` sees it; None where all pods are new and ready."""
    for deployment in deployments:
        try:
            found = ask("GET", namespace, deployment)
        except AbsentError:
            continue
        status, wanted = found.get("status", {}), found["spec"].get("replicas", 1)
        if status.get("observedGeneration", 0) < found["metadata"]["generation"]:
            return f"the rollout of {deployment} has not begun"
        updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
        if updated < wanted or status.get("replicas", 0) > updated or available < updated:
            return f"of {wanted} pods of {deployment}, {updated} are new and {available} are ready"
    return None


def probe(url: str, contains: str | None) -> str | None:
    """Why what a server answers is not good; None where it is."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            text = answer.read(1 << 20).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{url}: {error}"
    return None if contains is None or contains in text else f"{url} answers without {contains!r}"
