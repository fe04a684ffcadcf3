"""Attachments: content stored once under its digest, a row for each upload."""
