"""The multi-task baseline of every release."""
