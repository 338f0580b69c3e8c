"""The review page: what was found and why, rendered on the server, with one form for labels."""

from monitor.web.app import create_app
from monitor.web.doors import Access

__all__ = ["Access", "create_app"]
