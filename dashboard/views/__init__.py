"""What pages draw with. Each function takes what is to be shown and draws it; none computes it."""

from dashboard.views.curves import (
    calibration_figure,
    det_figure,
    histogram_figure,
    roc_figure,
    species_figure,
)
from dashboard.views.face import Judged, face_panel
from dashboard.views.gallery import choose_picture
from dashboard.views.maps import MapRow
from dashboard.views.settings import Settings, explanation_settings
from dashboard.views.store_info import (
    cards_or_errors,
    demo_note,
    metrics_only_note,
    open_store,
    store_note,
)
from dashboard.views.style import SPECIES, model_title, style
from dashboard.views.tables import (
    confusion_figure,
    pad_table,
    pairs_table,
    paper_table,
    rates_table,
    table,
)
from dashboard.views.threshold import chosen_threshold, threshold_control
from dashboard.views.verdict import column_error, verdict

__all__ = [
    "SPECIES",
    "Judged",
    "MapRow",
    "Settings",
    "calibration_figure",
    "cards_or_errors",
    "choose_picture",
    "chosen_threshold",
    "column_error",
    "confusion_figure",
    "demo_note",
    "det_figure",
    "explanation_settings",
    "face_panel",
    "histogram_figure",
    "metrics_only_note",
    "model_title",
    "open_store",
    "pad_table",
    "pairs_table",
    "paper_table",
    "rates_table",
    "roc_figure",
    "species_figure",
    "store_note",
    "style",
    "table",
    "threshold_control",
    "verdict",
]
