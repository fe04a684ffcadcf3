"""The service on a counter PC, between the staff pages and the devices on the counter."""
