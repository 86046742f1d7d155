"""How cookies are named and kept: for this host alone, out of reach of scripts."""

from __future__ import annotations

from flask import Response, current_app


def cookie_name(name: str) -> str:
    """Return a cookie's name; over https the browser keeps it to this very host."""
    return f"__Host-docctl-{name}" if is_secure() else f"docctl-{name}"


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script and no other site can use."""
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, secure=is_secure(), httponly=True, samesite="Lax", path="/"
    )


def drop_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name), secure=is_secure(), httponly=True, samesite="Lax", path="/")


def is_secure() -> bool:
    """Say whether people reach us over https."""
    return str(current_app.config["PUBLIC_URL"]).startswith("https://")
