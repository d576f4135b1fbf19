"""Many pictures at once: what files hold them, what networks say of each face, one table."""
