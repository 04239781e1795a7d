"""Development's mail: an SMTP server that keeps every message, and the pages that show them."""
