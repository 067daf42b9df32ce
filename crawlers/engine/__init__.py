"""Runs the museums politely and stores what they answer."""
