"""How networks were trained: curves, recipes side by side, and runs in progress."""
