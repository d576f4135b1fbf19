"""How firm is a verdict? The picture changed a little, in many ways, and scored again."""
