"""Presentation attacks: paper, screens, hands, and whole pictures of them."""
