"""Our own auto-deleverage as arithmetic: how near an account is, whom a price concerns, how much to close."""
