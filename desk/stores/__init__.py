"""Where the journal and its checkpoints live."""
