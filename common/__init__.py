"""Leaf helpers, one subject a file; imports no room."""
