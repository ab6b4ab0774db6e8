"""What can be asked of the exchange: one handler an endpoint, for REST and for the WebSocket API alike."""
