"""Binance USDⓈ-M futures: the protocol, and the adapter that speaks it."""
