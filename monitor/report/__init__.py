"""Reports: pages that stand alone in one file, to be kept, sent and printed."""

from monitor.report.rendering import render
from monitor.report.topic import topic_report

__all__ = ["render", "topic_report"]
