"""The camera: light, lens, sensor, and what a phone makes of it."""
