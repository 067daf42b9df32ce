"""The multi-task network, its loss, its training and its checkpoints."""
