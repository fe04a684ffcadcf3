"""Evaluators (评价器) on a serial line: any that a frame map can describe."""
