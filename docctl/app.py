"""The application of the web server: settings and house in, Flask out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from docctl import wiring
from docctl.config import Settings
from docctl.services.house import House
from docctl.web import register_blueprints
from docctl.web.errors import use_errors
from docctl.web.flashes import use_flashes
from docctl.web.logs import use_logs
from docctl.web.requests import ENVELOPE, FORM_LIMIT, check_views, use_requests
from docctl.web.static_files import use_static

_HERE: Final = Path(__file__).parent


def template_folder() -> Path:
    """Return where the pages' templates lie: beside the package in a work tree, inside it once installed."""
    inside = _HERE / "_templates" / "pages"
    return inside if inside.is_dir() else _HERE.parent / "templates" / "pages"


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """Return the application; without a house it builds its own from the settings."""
    app = Flask("docctl", static_folder=None, template_folder=str(template_folder()))
    configure(app, settings, house or wiring.build(settings))
    if hops := settings.trusted_proxies:  # what stands further left in a header, the client wrote itself
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    use_logs()
    use_requests(app)
    use_flashes(app)
    use_errors(app)
    use_static(app)
    register_blueprints(app)
    check_views(app)
    return app


def configure(app: Flask, settings: Settings, house: House) -> None:
    """Let the application serve this house under these settings; only proxies are chosen at its creation."""
    app.config.update(
        PUBLIC_URL=settings.public_url,
        FORM_KEY=settings.secret_key,
        METRICS_TOKEN=settings.metrics_token,
        HAS_WORKER=False,  # who starts a worker in this process says so
        UPLOAD_LIMIT=settings.upload_limit_mb << 20,
        MAX_CONTENT_LENGTH=(settings.upload_limit_mb << 20) + ENVELOPE,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        MAX_FORM_PARTS=200,  # each part may open a file: many would take all that the process may open
    )
    app.extensions["docctl"] = house
