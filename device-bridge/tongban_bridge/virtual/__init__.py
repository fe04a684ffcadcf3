"""Devices without hardware, for trying the counter and for the tests.

Each speaks the real protocol to the same driver that a real device would get.
"""
