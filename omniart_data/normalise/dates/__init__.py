"""When an artwork was made: the date grammar, and the rule that weighs words against numbers."""
