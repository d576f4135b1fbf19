"""One script a page, run by `dashboard.app`."""
