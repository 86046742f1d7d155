"""The style sheets, script and icons: compressed once, cached for ever under their hash."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, abort, request

from docctl.web.context import public

FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {".css", ".js", ".svg", ".png", ".woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    data: bytes
    packed: bytes
    media_type: str
    digest: str


def use_static(app: Flask) -> None:
    """Serve the files; their addresses carry a hash, so that a new release is seen at once."""
    assets = {path.name: _asset(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _KINDS}

    @public
    def static(filename: str) -> Response:
        if filename not in assets:
            abort(404)
        return _send(assets[filename])

    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in assets:
            values["v"] = assets[values["filename"]].digest[:12]

    app.add_url_rule("/static/<path:filename>", "static", static)
    app.url_default_functions.setdefault(None, []).append(add_hash)


def _asset(path: Path) -> Asset:
    data = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(data, gzip.compress(data, 9, mtime=0), kind, sha256(data).hexdigest())


def _send(asset: Asset) -> Response:
    # Compressing is safe here: these files hold no secret. Pages with tokens are never compressed (BREACH).
    packed = len(asset.data) > 1000 and request.accept_encodings.quality("gzip") > 0
    answer = Response(asset.packed if packed else asset.data, mimetype=asset.media_type)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    fresh = request.args.get("v") == asset.digest[:12]
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh else "public, max-age=300"
    )
    answer.set_etag(f"{asset.digest[:32]}{'-gzip' if packed else ''}")
    answer.make_conditional(request)
    return answer
