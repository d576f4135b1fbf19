"""Measures of explanations over a test set, their summary, and the paper's claims answered."""
