"""From museums' records to releases."""
