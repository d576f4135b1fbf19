"""Names that a file system allows make no two widgets with one key, and no blank picture."""

from dashboard.views.style import image_key

ALIKE = ["a-b", "a_b", "A-B", "a b", "a\nb", "é", "e\u0301", "脸", "面", "<b>", "\\xff", "", "🙂"]


def test_names_that_differ_at_all_have_keys_that_are_names_of_styles():
    keys = {image_key(name) for name in ALIKE}
    assert len(keys) == len(ALIKE)
    assert all(key.isascii() and key.isalnum() for key in keys)
