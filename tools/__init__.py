"""Scripts for whoever maintains the repository."""
