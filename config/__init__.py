"""Wires the rooms together; holds no rule of its own."""
