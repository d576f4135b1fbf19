"""What tests do on Compare, and read of it."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from fascore import store
from fascore.explain import EXPLAINERS
from fascore.store import Store


def html_of(app: AppTest, css_class: str) -> list[str]:
    return [e.proto.body for e in app.get("html") if f'class="{css_class}' in e.proto.body]


def maps_of(app: AppTest) -> list[str]:
    return html_of(app, "fs-scale")


def captions(app: AppTest) -> list[str]:
    return [shown.caption for block in app.get("image") for shown in block.proto.imgs]


def upload(app: AppTest, data: bytes, name: str = "face.png") -> AppTest:
    app.segmented_control(key="source").set_value("upload").run()
    return app.file_uploader[0].set_value((name, data, "image/png")).run()


def set_threshold(app, value):
    app.selectbox(key="threshold_rule").set_value("hand").run()
    return app.number_input(key="threshold_value").set_value(float(value)).run()


def count_calls(monkeypatch) -> list[str]:
    """Method names, one an `explain` call, from now on."""
    calls: list[str] = []
    for kind in EXPLAINERS.values():

        def counted(self, *args, _explain=kind.explain, **kwargs):
            calls.append(self.name)
            return _explain(self, *args, **kwargs)

        monkeypatch.setattr(kind, "explain", counted)
    return calls


def change_card(store_path, name, **changes):
    folder = store_path / name
    store.write_card(folder, replace(Store(store_path).card(name), **changes))
