"""What pages draw with. Each function takes what is to be shown and draws it; none computes it."""

from dashboard.views.answer import answer
from dashboard.views.attention import attention_columns
from dashboard.views.calibration import calibration_view
from dashboard.views.chart import chart, charts
from dashboard.views.differences import pairs_view, read_noise, training_noise_view
from dashboard.views.export import (
    export_files,
    export_waits,
    face_export,
    face_origin,
    picture_words,
)
from dashboard.views.face import face_panel, shown_truth
from dashboard.views.files import explained_files, metrics_files
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
from dashboard.views.firmness import (
    FirmnessPlaces,
    firmness_pictures,
    firmness_places,
    show_firmness,
)
from dashboard.views.gallery import choose_picture, first_in_gallery, set_root
from dashboard.views.grid import fill_maps, judge_rows, place_columns, place_maps
from dashboard.views.hiding import hiding_panel
from dashboard.views.images import CELLS, cell_words, patterns_table, test_image_tiles, test_set
from dashboard.views.judged import Judged
from dashboard.views.link import common_parts, compare_parts
from dashboard.views.many import batch_panel, batch_upload, progress_bar, progress_table
from dashboard.views.maps import MapRow, scale_note
from dashboard.views.mean_maps import mean_maps
from dashboard.views.metric_tables import definitions, metrics_table, told_worst
from dashboard.views.opening import attacks_table, metrics_answer, paper_tables
from dashboard.views.place import fresh_place
from dashboard.views.planted import planted_table
from dashboard.views.second import second_panel
from dashboard.views.sets import (
    chosen_set,
    gallery_set,
    set_part,
    sets_view,
    test_set_control,
    without_pictures_note,
)
from dashboard.views.settings import Settings, chosen_networks, explanation_settings
from dashboard.views.start import claims_list, conclusions, face_and_verdicts, networks_figure
from dashboard.views.store_info import (
    cards_or_errors,
    demo_note,
    metrics_only_note,
    open_store,
    scored_keys,
    store_control,
    store_note,
    store_page,
    store_place,
)
from dashboard.views.stores import differences_between, stores_table
from dashboard.views.style import model_title, style
from dashboard.views.tables import slices_table, table, thresholds_table
from dashboard.views.threshold import chosen_threshold, threshold_control, threshold_note
from dashboard.views.training import cost_view, progress_list, settings_view
from dashboard.views.unfamiliar import unfamiliar_note
from dashboard.views.verdict import column_error, verdict
from dashboard.views.what_if import chosen_change, picture_sliders

__all__ = [
    "CELLS",
    "cell_words",
    "Chosen",
    "FirmnessPlaces",
    "Judged",
    "MapRow",
    "Settings",
    "answer",
    "attention_columns",
    "batch_panel",
    "batch_upload",
    "chosen_change",
    "fill_maps",
    "first_in_gallery",
    "explained_files",
    "export_files",
    "export_waits",
    "face_export",
    "face_origin",
    "firmness_pictures",
    "firmness_places",
    "fresh_place",
    "gallery_set",
    "chosen_networks",
    "common_parts",
    "compare_parts",
    "hiding_panel",
    "judge_rows",
    "picture_sliders",
    "picture_words",
    "place_columns",
    "place_maps",
    "show_firmness",
    "shown_truth",
    "calibration_view",
    "cards_or_errors",
    "choose_measures",
    "choose_method",
    "choose_metric",
    "choose_picture",
    "chart",
    "charts",
    "chosen_threshold",
    "claim_panel",
    "claims_list",
    "chosen_set",
    "column_error",
    "conclusions",
    "cost_view",
    "definitions",
    "demo_note",
    "differences_between",
    "differences_table",
    "explanation_settings",
    "face_and_verdicts",
    "face_panel",
    "test_image_tiles",
    "mean_maps",
    "metric_definition",
    "metrics_files",
    "metrics_only_note",
    "metrics_table",
    "model_title",
    "networks_figure",
    "open_store",
    "pairs_view",
    "paper_tables",
    "metrics_answer",
    "attacks_table",
    "patterns_table",
    "picked_point",
    "planted_table",
    "progress_list",
    "progress_bar",
    "progress_table",
    "regions_table",
    "sanity_table",
    "scale_note",
    "scored_keys",
    "set_part",
    "set_root",
    "second_panel",
    "sets_view",
    "settings_view",
    "slices_table",
    "store_control",
    "store_note",
    "store_place",
    "store_page",
    "stores_table",
    "style",
    "summary_table",
    "table",
    "test_set",
    "test_set_control",
    "threshold_control",
    "threshold_note",
    "told_worst",
    "read_noise",
    "training_noise_view",
    "thresholds_table",
    "findings_tiles",
    "findings_words",
    "unfamiliar_note",
    "verdict",
    "without_pictures_note",
]
