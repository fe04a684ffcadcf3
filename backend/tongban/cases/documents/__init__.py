"""Papers of a case: frozen data in, PDF out. Nothing here knows the database."""
