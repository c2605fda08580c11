"""Models and checkpoints of trainings on the disk."""
