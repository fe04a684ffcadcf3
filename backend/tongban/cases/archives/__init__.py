"""Archived cases: packed (电子归档), handed on, destroyed when their time is over."""
