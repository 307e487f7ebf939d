"""A release of a model: which files one version has, signed so that a site can tell it from any other.

It is a statement of in-toto in an envelope of DSSE, signed by Ed25519 keys with openssl, so that other tools make and verify it too. One file holds
statement and signatures: a reader never sees one without the other.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

import base64
import binascii
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile
from typing import Any, NamedTuple

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://github.com/gpu-inference-constructs/gpu-inference-constructs/blob/main/docs/model-sync.md#release-v1"
# More than the names of 20,000 files take; what is larger is not read.
MOST_BYTES = 8 << 20
# As in assemble-repository.sh: what would be written outside its folder, or needs quoting, is refused.
PATH = re.compile(r"[A-Za-z0-9._/@+=-]+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_NUMBER = 2**53 - 1


class RefusedError(Exception):
    """A release that is not taken: why, by a word for metrics and a sentence for people."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class File(NamedTuple):
    path: str
    digest: str
    size: int


class Release(NamedTuple):
    model: str
    version: str
    variant: str
    channel: str
    number: int
    sites: tuple[str, ...]
    files: tuple[File, ...]

    def statement(self) -> bytes:
        """The payload; the same release has the same bytes."""
        subject = [{"name": f.path, "digest": {"sha256": f.digest}, "annotations": {"size": f.size}} for f in self.files]
        predicate = {
            "model": self.model,
            "version": self.version,
            "variant": self.variant,
            "channel": self.channel,
            "number": self.number,
            "sites": list(self.sites),
        }
        whole = {"_type": STATEMENT_TYPE, "subject": subject, "predicateType": PREDICATE_TYPE, "predicate": predicate}
        return json.dumps(whole, separators=(",", ":")).encode()


def pre_authentication_encoding(payload: bytes) -> bytes:
    """What is signed: PAE of DSSE, which binds the type."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False)


def key_id(key: pathlib.Path, *, private: bool = False) -> str:
    """SHA-256 of a public key in DER, SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` says it."""
    done = openssl("pkey", *(["-pubout"] if private else ["-pubin"]), "-in", str(key), "-outform", "DER")
    if done.returncode != 0:
        raise ValueError(f"{key} is no {'private' if private else 'public'} key that openssl can read")
    # SubjectPublicKeyInfo of Ed25519 (RFC 8410): a prefix of 12 bytes, and the key of 32.
    if len(done.stdout) != 44 or not done.stdout.startswith(bytes.fromhex("302a300506032b6570032100")):
        raise ValueError(f"{key} is no key of Ed25519; make one by: openssl genpkey -algorithm ed25519")
    return hashlib.sha256(done.stdout).hexdigest()


def sign(payload: bytes, keys: list[pathlib.Path]) -> bytes:
    """An envelope with a signature of each private key."""
    signatures = []
    with tempfile.TemporaryDirectory() as folder:
        signed = pathlib.Path(folder, "signed")
        signed.write_bytes(pre_authentication_encoding(payload))
        for key in keys:
            identity = key_id(key, private=True)
            done = openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(signed))
            if done.returncode != 0 or len(done.stdout) != 64:
                raise ValueError(f"openssl cannot sign with {key.name}")
            signatures.append({"keyid": identity, "sig": base64.b64encode(done.stdout).decode()})
    whole = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}
    return json.dumps(whole, indent=1).encode() + b"\n"


def opened(envelope: bytes) -> tuple[bytes, list[bytes]]:
    """Payload and signatures of an envelope; nothing of it is trusted yet."""
    if len(envelope) > MOST_BYTES:
        raise RefusedError("malformed", f"the release is larger than {MOST_BYTES} bytes")
    try:
        whole = json.loads(envelope)
        if whole["payloadType"] != PAYLOAD_TYPE:
            raise ValueError(f"its type is {whole['payloadType']!r}")
        payload = base64.b64decode(whole["payload"], validate=True)
        signatures = [base64.b64decode(each["sig"], validate=True) for each in whole["signatures"]]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise RefusedError("malformed", f"the release is no envelope of DSSE with a statement of in-toto: {error!r}") from error
    return payload, signatures[:16]


def verified(envelope: bytes, keys: dict[str, pathlib.Path], revoked: set[str]) -> bytes:
    """The payload of an envelope that a key which is not revoked has signed. The envelope's own words for keys are not asked."""
    payload, signatures = opened(envelope)
    by: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        signed, signature = pathlib.Path(folder, "signed"), pathlib.Path(folder, "signature")
        signed.write_bytes(pre_authentication_encoding(payload))
        for each in signatures:
            signature.write_bytes(each)
            for identity, key in keys.items():
                verify = ("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(key), "-in", str(signed), "-sigfile", str(signature))
                if len(each) == 64 and openssl(*verify).returncode == 0:
                    by.add(identity)
    if by - revoked:
        return payload
    if by:
        raise RefusedError("revoked_key", f"the release is signed by {', '.join(sorted(by))} alone, which is revoked")
    raise RefusedError("signature", "the release has no signature of a key that this site trusts")


def text(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{value!r} is not allowed")
    return value


def whole_number(value: Any, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST_NUMBER:
        raise ValueError(f"{value!r} is not a whole number from {least}")
    return value


def file_path(value: Any) -> str:
    path = text(value, PATH)
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or path == "SHA256SUMS":
        raise ValueError(f"the path {path!r} is not allowed")
    return path


def read_release(payload: bytes) -> Release:
    """The release that a payload states."""
    try:
        whole = json.loads(payload)
        if whole["_type"] != STATEMENT_TYPE or whole["predicateType"] != PREDICATE_TYPE:
            raise ValueError(f"it states {whole['predicateType']!r}")
        said = whole["predicate"]
        files = tuple(
            File(file_path(each["name"]), text(each["digest"]["sha256"], DIGEST), whole_number(each["annotations"]["size"], 0))
            for each in whole["subject"]
        )
        paths = [each.path for each in files]
        if not files or len(set(paths)) != len(paths):
            raise ValueError("it has no files, or one twice")
        sizes: dict[str, int] = {}
        if any(sizes.setdefault(each.digest, each.size) != each.size for each in files):
            raise ValueError("it has two sizes for one checksum")
        return Release(
            text(said["model"], NAME),
            text(said["version"], NAME),
            str(said["variant"]),
            text(said["channel"], NAME),
            whole_number(said["number"], 1),
            tuple(str(each) for each in said["sites"]),
            files,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RefusedError("malformed", f"what the release states cannot be read: {error!r}") from error
