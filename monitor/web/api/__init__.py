"""The JSON API: what the monitor has found, for other tools, and what people say to it."""

from monitor.web.api.app import api_routes, create_api
from monitor.web.api.problems import failed

__all__ = ["api_routes", "create_api", "failed"]
