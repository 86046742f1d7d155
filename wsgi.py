"""The application for a WSGI server: `wsgi:app`."""

from docctl.app import create_app
from docctl.config import Settings

app = create_app(Settings.from_env())
