"""The bases: frozen networks that turn a picture into features, and their weights."""
