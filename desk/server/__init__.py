"""The practice exchange over the network, in Binance USDⓈ-M's own protocol: what other people's clients trade on."""
