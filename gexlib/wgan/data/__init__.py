"""Training and validation samples as the networks see them, in memory or on the disk."""
