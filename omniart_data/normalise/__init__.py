"""From the museum's words to our vocabulary."""
