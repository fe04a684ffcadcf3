"""Printers: sheets by IPP (which CUPS speaks too) or the Windows spooler, slips by ESC/POS."""
