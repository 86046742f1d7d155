"""Endpoints that get events of the trail: where, which, with which secret, how far (T-1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified, Versioned


class WebhookEndpoint(Identified, Versioned, Base):
    """A program elsewhere; `cursor` is the number of the last event that was looked at for it.

    Its secret lies sealed with the key of the endpoint, plain only where there is no key store; it goes with
    the endpoint, whose row stays.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("deleted_at IS NULL OR (secret = '' AND sealed_secret IS NULL)", name="secret_gone"),
    )

    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[Any]] = mapped_column(default=list)
    secret: Mapped[str] = mapped_column(String(100), default="")
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    cursor: Mapped[int]
    #: Failures since the last success; when it was paused because of them, and what the last one was.
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]
