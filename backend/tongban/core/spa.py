"""Serves the built SPAs where no reverse proxy does: `/staff/` and, for everything else, `/`."""

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Scripts only from ourselves; antd and the small resident SPA set styles at run time.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
    " object-src 'none'; frame-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'"
)


class Spa(StaticFiles):
    """Files of a built SPA; an address that names no file is a page of it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            page = "." not in Path(path).name and not path.startswith("api/")
            if error.status_code != 404 or not page:
                raise
            path = "index.html"
            response = await super().get_response(path, scope)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if hashed else "no-cache"
        )
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        return response


def mount(app: FastAPI, folder: str) -> None:
    """Mount what has been built below `folder`: `staff` and `public`."""
    for name, path in (("staff", "/staff"), ("public", "/")):
        built = Path(folder) / name
        if (built / "index.html").is_file():
            app.mount(path, Spa(directory=built, html=True), name=name)
