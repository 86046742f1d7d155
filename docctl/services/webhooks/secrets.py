"""How the secret of an endpoint lies in the database: sealed with the endpoint's own key (R-7)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docctl.models.webhooks import WebhookEndpoint
from docctl.services.content.texts import texts_in
from storage.short import open_text, seal_text


def keep_secret(session: Session, row: WebhookEndpoint, secret: str) -> None:
    """Put a secret into its row; its key is durable before. Raises StorageError."""
    key = texts_in(session).make_secret(row.id)
    if key is None:
        row.secret, row.sealed_secret = secret, None
    else:
        row.secret, row.sealed_secret = "", seal_text(key, _place(row), secret)


def secret_of(session: Session, row: WebhookEndpoint) -> str:
    """Return the secret. Raises StorageError where the key store cannot be read, LookupError for none."""
    if row.sealed_secret is None:
        if not row.secret:
            raise LookupError("an endpoint without a secret")
        return row.secret
    key = texts_in(session).secret_of(row.id)
    if key is None:
        raise LookupError("the key of an endpoint's secret is gone")
    return open_text(key, _place(row), row.sealed_secret)


def forget_secret(row: WebhookEndpoint) -> None:
    """Take the secret out of its row; the sweep destroys the key, which nothing needs any more."""
    row.secret, row.sealed_secret = "", None


def _place(row: WebhookEndpoint) -> bytes:
    return b"docctl webhook secret\0" + row.id.bytes
