"""The owner of the core: clocks, threads, and the pump that steps the engine and carries out its effects."""
