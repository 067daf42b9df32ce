"""The report of a release: one page to look at."""

from omniart_data.release.report.page import Shown, report_page, without_pictures

__all__ = ["Shown", "report_page", "without_pictures"]
