"""What pages draw with. Each function takes what is to be shown and draws it; none computes it."""

from dashboard.views.attention import attention_columns
from dashboard.views.face import Judged, face_panel
from dashboard.views.findings import (
    claim_panel,
    differences_table,
    findings_words,
    metric_definition,
    regions_table,
    sanity_table,
    summary_table,
)
from dashboard.views.findings_choice import Chosen, choose_measures, choose_method, choose_metric
from dashboard.views.findings_images import findings_tiles, picked_point
from dashboard.views.gallery import choose_picture
from dashboard.views.images import CELLS, patterns_table, test_image_tiles, test_set
from dashboard.views.maps import MapRow, scale_note
from dashboard.views.mean_maps import mean_maps
from dashboard.views.planted import planted_table
from dashboard.views.settings import Settings, explanation_settings
from dashboard.views.store_info import (
    cards_or_errors,
    demo_note,
    metrics_only_note,
    open_store,
    report_button,
    scored_keys,
    store_note,
    store_page,
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
from dashboard.views.threshold import chosen_threshold, threshold_control, threshold_note
from dashboard.views.verdict import column_error, verdict

__all__ = [
    "CELLS",
    "Chosen",
    "Judged",
    "MapRow",
    "Settings",
    "attention_columns",
    "cards_or_errors",
    "choose_measures",
    "choose_method",
    "choose_metric",
    "choose_picture",
    "chosen_threshold",
    "claim_panel",
    "column_error",
    "definitions",
    "demo_note",
    "differences_table",
    "explanation_settings",
    "face_panel",
    "test_image_tiles",
    "mean_maps",
    "metric_definition",
    "metrics_only_note",
    "metrics_table",
    "model_title",
    "noise_tables",
    "open_store",
    "pairs_table",
    "paper_table",
    "patterns_table",
    "picked_point",
    "planted_table",
    "regions_table",
    "report_button",
    "sanity_table",
    "scale_note",
    "scored_keys",
    "slices_table",
    "store_note",
    "store_page",
    "style",
    "summary_table",
    "table",
    "test_set",
    "threshold_control",
    "threshold_note",
    "thresholds_table",
    "findings_tiles",
    "findings_words",
    "verdict",
]
