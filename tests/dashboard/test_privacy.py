"""Uploads stay in memory, and the server asks no other host."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit import net_util
from streamlit.web.server import server_util

import dashboard.privacy  # noqa: F401


def test_a_large_upload_is_never_spooled_to_disk():
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="face.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + bytes(5 * 2**20) + b"\r\n--x--\r\n"
    )

    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    headers = Headers({"Content-Type": "multipart/form-data; boundary=x"})
    form = asyncio.run(MultiPartParser(headers, stream()).parse())
    file = form["file"].file
    spooled = file._rolled
    file.close()
    assert form["file"].size == 5 * 2**20 and not spooled


def test_a_visitor_from_an_unknown_address_is_refused_without_asking_another_host(monkeypatch):
    def ask(*args, **kwargs):
        pytest.fail("a host on the internet was asked")

    monkeypatch.setattr(net_util, "_make_blocking_http_get", ask)
    assert not server_util.is_url_from_allowed_origins("https://stranger.example")
