"""Scanners: eSCL over the network, SANE on Linux, document cameras by Video4Linux."""
