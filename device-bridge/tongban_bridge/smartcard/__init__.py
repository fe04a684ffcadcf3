"""Smart cards over PC/SC: what a social security card shows to everybody."""
