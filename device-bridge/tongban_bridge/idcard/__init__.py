"""Resident identity cards on a serial reader with a SAM_V module (GA 450)."""
