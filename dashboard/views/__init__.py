"""What pages draw with. Each function takes what is to be shown and draws it; none computes it."""

from dashboard.views.attention import attention_columns
from dashboard.views.face import Judged, face_panel
from dashboard.views.gallery import choose_picture
from dashboard.views.images import CELLS, image_cards, patterns_table, test_set
from dashboard.views.maps import MapRow
from dashboard.views.settings import Settings, explanation_settings
from dashboard.views.store_info import (
    cards_or_errors,
    demo_note,
    metrics_only_note,
    open_store,
    report_button,
    scored_keys,
    store_note,
)
from dashboard.views.style import model_title, style
from dashboard.views.tables import (
    definitions,
    metrics_table,
    noise_tables,
    pairs_table,
    paper_table,
    slices_table,
    table,
    thresholds_table,
)
from dashboard.views.threshold import chosen_threshold, threshold_control
from dashboard.views.verdict import column_error, verdict

__all__ = [
    "CELLS",
    "Judged",
    "MapRow",
    "Settings",
    "attention_columns",
    "cards_or_errors",
    "choose_picture",
    "chosen_threshold",
    "column_error",
    "definitions",
    "demo_note",
    "explanation_settings",
    "face_panel",
    "image_cards",
    "metrics_only_note",
    "metrics_table",
    "model_title",
    "noise_tables",
    "open_store",
    "pairs_table",
    "paper_table",
    "patterns_table",
    "report_button",
    "scored_keys",
    "slices_table",
    "store_note",
    "style",
    "table",
    "test_set",
    "threshold_control",
    "thresholds_table",
    "verdict",
]
