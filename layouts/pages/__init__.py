"""Pages: what stands at an address."""
