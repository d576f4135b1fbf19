"""The shortcut check finds a shortcut where there is one, and none where there is none."""

import pytest
from PIL import Image

from fascore.data import open_data
from fascore.data.samples import DataError
from tests.faces_zip import write_faces_zip
from trainer.simulate import audit


@pytest.mark.parametrize(("brighter", "low", "high"), [(0, 0.2, 0.8), (50, 0.99, 1.0)])
def test_brightness_shortcut_is_found(tmp_path, brighter, low, high):
    table = audit(open_data(write_faces_zip(tmp_path / "faces.zip", brighter=brighter)))
    assert list(table.index) == ["whole picture", "face crop"]
    assert list(table.columns) == ["all", "replay"]
    assert ((table >= low) & (table <= high)).all(axis=None)


def test_data_set_that_cannot_be_audited_is_said(tmp_path):
    for kind in ("train/live", "train/spoof", "test/live"):
        (tmp_path / kind).mkdir(parents=True)
        Image.new("RGB", (64, 64)).save(tmp_path / kind / "1.png")
    with pytest.raises(DataError, match="live and spoof images in the test split"):
        audit(open_data(tmp_path))
    (tmp_path / "test/spoof").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "test/spoof/1.png")
    with pytest.raises(DataError, match="4 without, such as test/live/1.png. Add columns x,y,w,h"):
        audit(open_data(tmp_path))
