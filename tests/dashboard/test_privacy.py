"""Uploads stay in memory, as long as their visitor does, and the server asks no other host."""

import asyncio
import ctypes
import gc
import weakref
from collections.abc import AsyncIterator
from unittest.mock import Mock

import numpy as np
import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit import net_util
from streamlit.runtime.caching import cache_data_api
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit.web.server import server_util

from dashboard import privacy
from tests.dashboard.conftest import encoded, picture


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


def test_a_session_whose_visitor_left_is_let_go_of_though_nobody_else_comes(monkeypatch):
    monkeypatch.setattr(privacy, "LATER", 0.01)
    session = Mock(session_state={"shown": "a picture"})

    async def leave() -> None:
        storage = MemorySessionStorage(ttl_seconds=0)
        storage.save(SessionInfo(client=None, session=session, script_run_count=1))
        await asyncio.sleep(0.2)
        assert not storage._cache._data

    asyncio.run(leave())
    session.shutdown.assert_called_once()  # which takes uploads out of Streamlit's keeping
    assert session.session_state == {}


def test_a_visitor_who_comes_back_in_time_finds_the_session_as_it_was(monkeypatch):
    monkeypatch.setattr(privacy, "LATER", 0.01)
    session = Mock(session_state={"shown": "a picture"}, id="first")

    async def come_back() -> None:
        storage = MemorySessionStorage(ttl_seconds=60)
        info = SessionInfo(client=None, session=session, script_run_count=1)
        storage.save(info)
        privacy._forget(storage)  # at the end of somebody else's time
        assert storage.get("first") is info

    asyncio.run(come_back())
    assert session.session_state == {"shown": "a picture"}
    session.shutdown.assert_not_called()


@pytest.mark.usefixtures("store_path", "detect")
def test_no_cache_holds_pixels_of_an_upload(app):
    given = picture(1)
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("face.png", encoded(given), "image/png")).run()
    app.toggle(key="hide").set_value(True).run()
    app.toggle(key="judge").set_value(True).run()
    assert not app.exception and not app.error
    made = app.session_state["made"][1]
    seen = [thing for name, thing in made.items() if name[0] == "input"]
    assert seen and any(name[0] == "hiding" for name in made)
    held = [
        entry
        for caches in cache_data_api._data_caches._function_caches.values()
        for cache in caches.values()
        for entry in cache.storage._mem_cache.values()
    ]
    assert held
    for pixels in (np.asarray(given), *seen):
        row = pixels[len(pixels) // 2].tobytes()[:48]
        assert not any(row in entry for entry in held)


@pytest.mark.usefixtures("store_path", "detect")
@pytest.mark.parametrize("way", ["another source", "removed", "taken out"])
def test_the_file_goes_with_its_picture(app, monkeypatch, way):
    remove, left = MemoryUploadedFileManager.remove_file, []

    def removed(self, session_id, file_id):
        remove(self, session_id, file_id)
        left.append(sum(map(len, self.file_storage.values())))

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removed)
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("face.png", encoded(picture(1)), "image/png")).run()
    assert left == [] and "shown" in app.session_state
    if way == "removed":
        app.switch_page("app_pages/metrics.py").run()
        app.switch_page("app_pages/compare.py").run()  # the widget is empty, the picture is there
        app.button(key="remove").click().run()
    elif way == "taken out":
        app.file_uploader[0].set_value([]).run()
    else:
        app.segmented_control(key="source").set_value("gallery").run()
    assert not app.exception and left == [0]


@pytest.mark.usefixtures("store_path", "detect")
def test_a_file_taken_out_of_the_uploader_is_gone_before_the_next_click(app):
    data = encoded(picture(1))
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("face.png", data, "image/png")).run()
    pixels = weakref.ref(app.session_state["shown"].picture.pixels)
    app.toggle(key="judge").set_value(True).run()  # another click: the file is given once more
    assert not app.exception and pixels() is not None
    app.file_uploader[0].set_value([]).run()
    assert not app.exception
    gc.collect()
    assert pixels() is None
    given = [thing for thing in gc.get_objects() if isinstance(thing, UploadedFile)]
    assert not any(data in file.getvalue() for file in given)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="glibc alone can do it")
def test_memory_that_is_freed_does_not_hold_what_it_held():
    libc, size = ctypes.CDLL(None), 50_000  # above what glibc keeps by thread, below its mappings
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]
    block, neighbour = libc.malloc(size), libc.malloc(size)  # a last block would be given back
    ctypes.memset(block, 1, size)
    libc.free(block)
    left = ctypes.string_at(block + size // 2, 1000)
    libc.free(neighbour)
    assert left == bytes([privacy.FILLER]) * 1000
