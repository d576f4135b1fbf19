"""From scores to figures: error rates, thresholds, comparisons, slices, curves."""
