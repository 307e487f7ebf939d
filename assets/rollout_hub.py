"""Asks the Prometheus of the hub by its instant queries: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries

What a site has not told for five minutes (`--query.lookback-delta`) is not in an answer: such a site is cut off.
"""

import base64
import json
import pathlib
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from rollout_state import Alert, Report

TIMEOUT = 30
# Answers about tens of thousands of sites are below it.
MOST_BYTES = 64 << 20


class HubError(Exception):
    """The hub does not answer, or not what it should."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the password to another server."""

    def redirect_request(self, *_: Any) -> None:
        return None


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Hub:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.url = f"{str(settings['url']).rstrip('/')}/api/v1/query"
        self.username, self.site = settings["username"], str(settings["siteLabel"])
        self.password, self.token, self.authority = (settings[name] for name in ("passwordFile", "tokenFile", "authorityFile"))
        self.model = str(settings["model"])
        self.channels, self.alerts = list(settings["channels"]), list(settings["alerts"])

    def authorization(self) -> dict[str, str]:
        """Read each time: secrets change."""
        if self.token:
            return {"Authorization": f"Bearer {pathlib.Path(self.token).read_text().strip()}"}
        if self.password:
            both = f"{self.username}:{pathlib.Path(self.password).read_text().strip()}".encode()
            return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}
        return {}

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
            data = urllib.parse.urlencode({"query": query, "timeout": f"{TIMEOUT - 5}s"}).encode()
            with opener.open(urllib.request.Request(self.url, data, self.authorization()), timeout=TIMEOUT) as answer:
                whole = json.loads(answer.read(MOST_BYTES))
            if whole["status"] != "success" or whole["data"]["resultType"] != "vector":
                raise ValueError(f"it answers {str(whole)[:200]}")
            return [(dict(each["metric"]), float(each["value"][1])) for each in whole["data"]["result"]]
        except urllib.error.HTTPError as error:
            with error:
                raise HubError(f"{self.url} answers HTTP {error.code}: {error.read(200).decode(errors='replace').strip()}") from error
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise HubError(f"{self.url} cannot be asked: {error}") from error

    def numbers(self, metric: str) -> dict[str, dict[str, int]]:
        """The largest value by channel and site: while a pod is replaced there may be two."""
        of = f"model={quoted(self.model)},channel=~{quoted('|'.join(each.replace('.', '[.]') for each in self.channels))}"
        found: dict[str, dict[str, int]] = {}
        for labels, value in self.ask(f"max by ({self.site}, channel) ({metric}{{{of}}})"):
            found.setdefault(labels.get("channel", ""), {})[labels.get(self.site, "")] = int(value)
        return found

    def firing(self) -> tuple[Alert, ...]:
        if not self.alerts:
            return ()
        named = f"alertname=~{quoted('|'.join(self.alerts))}"
        by = f"max by ({self.site}, alertname, model)"

        def key(labels: dict[str, str]) -> tuple[str, str, str]:
            return labels.get("alertname", ""), labels.get(self.site, ""), labels.get("model", "")

        # ALERTS_FOR_STATE says since when; the newest of several counts, and one that is pending alone is in neither.
        fires = f'ALERTS{{alertstate="firing",{named}}}'
        since = {key(labels): value for labels, value in self.ask(f"{by} (ALERTS_FOR_STATE{{{named}}} and ignoring (alertstate) {fires})")}
        return tuple(Alert(*key(labels), since.get(key(labels), 0.0)) for labels, _ in self.ask(f"{by} ({fires})"))

    def report(self) -> Report:
        return Report(self.numbers("model_sync_checked_number"), self.numbers("model_sync_failed_number"), self.firing())
