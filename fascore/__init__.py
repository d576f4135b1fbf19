"""Face anti-spoofing networks with and without attention: models, explanations, metrics."""
