"""Each network's temperature, and the expected calibration error before it and after."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.views.style import model_title
from dashboard.views.tables import NETWORK, data_table

HELP = (
    "P(spoof) is made a probability by one temperature a network, fitted on validation; no verdict "
    "depends on it. ECE: how far P(spoof) is from the share of attacks among images that got it."
)


def calibration_view(calibrations: pd.DataFrame) -> None:
    """Draws `fascore.scores.temperature.calibration_table`; nothing where no network has one."""
    if calibrations.empty:
        return
    st.subheader("Calibration by temperature", help=HELP)
    named = calibrations.rename(index=model_title).rename_axis(NETWORK)
    shown = pd.DataFrame(
        {
            "Temperature": named["temperature"].map("{:.2f}".format),
            "Fitted by": named["rule"] + " on validation",
            "ECE before, on test": named["error_before"].map("{:.3f}".format),
            "ECE after, on test": named["error_after"].map("{:.3f}".format),
        }
    )
    data_table(shown, calibrations.rename_axis("model"), key="calibration")
