"""The simulator: the real engine against the practice exchange on virtual time, with everything that can go wrong."""
