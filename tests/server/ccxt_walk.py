"""ccxt's binanceusdm, async and pro, on an open exchange: `python ccxt_walk.py GREETING`; nothing but its URLs is changed.

Prints what every step has found, as JSON.
"""

import asyncio
import json
import re
import sys

import ccxt.async_support
import ccxt.pro

BTC = "BTC/USDT:USDT"
PATIENCE = 20.0


def moved(urls, at):
    """Return a tree of addresses with the exchange's in place of the venue's."""
    if isinstance(urls, dict):
        return {name: moved(each, at) for name, each in urls.items()}
    if not isinstance(urls, str):
        return urls
    urls = re.sub(r"https://[a-z0-9-]+\.binance\.com", at["rest"], urls)
    urls = re.sub(r"wss://ws-fapi\.binance\.com/ws-fapi/v1", at["ws_api"], urls)
    return re.sub(r"wss://[a-z0-9-]+\.binance\.com(:\d+)?", at["ws"], urls)


def client(module, at):
    made = module.binanceusdm({"apiKey": at["key"], "secret": at["secret"]})
    made.urls["api"] = moved(made.urls["api"], at)
    return made


async def walk(exchange, found):
    """Markets, balance, leverage, limit, batch of five, edit, cancel, batch cancel, market, positions, trades."""
    found["markets"] = sorted(await exchange.load_markets())
    found["balance"] = (await exchange.fetch_balance())["USDT"]["total"]
    found["leverage"] = (await exchange.set_leverage(25, BTC))["leverage"]
    bid = (await exchange.fetch_order_book(BTC, 5))["bids"][0][0]
    low = bid * 0.99
    limit = await exchange.create_order(BTC, "limit", "buy", 0.01, low, {"clientOrderId": "walk-1"})
    found["limit"] = [limit["status"], limit["clientOrderId"]]
    five = [{"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.01, "price": low - each} for each in range(5)]
    batch = await exchange.create_orders(five)
    found["batch"] = [each["status"] for each in batch]
    edited = await exchange.edit_order(limit["id"], BTC, "limit", "buy", 0.02, low - 5)
    found["edit"] = [edited["amount"], edited["id"] == limit["id"]]
    found["by name"] = (await exchange.edit_order("", BTC, "limit", "buy", 0.03, low - 6, {"clientOrderId": "walk-1"}))[
        "amount"
    ]
    found["open"] = len(await exchange.fetch_open_orders(BTC))
    found["cancel"] = (await exchange.cancel_order(limit["id"], BTC))["status"]
    gone = await exchange.cancel_orders([each["id"] for each in batch[:3]], BTC)
    found["batch cancel"] = [each["status"] for each in gone]
    await exchange.cancel_all_orders(BTC)
    market = await exchange.create_order(BTC, "market", "buy", 0.05)
    found["market"] = [market["status"], market["filled"]]
    found["average"] = (await exchange.fetch_order(market["id"], BTC))["average"] > 0
    (position,) = await exchange.fetch_positions([BTC])
    found["position"] = [position["side"], position["contracts"]]
    found["trades"] = [each["amount"] for each in await exchange.fetch_my_trades(BTC)]
    stop = await exchange.create_order(BTC, "market", "sell", 0.05, None, {"stopLossPrice": low * 0.95})
    found["stop"] = [stop["status"], len(await exchange.fetch_open_orders(BTC, None, None, {"trigger": True}))]
    await exchange.cancel_all_orders(BTC, {"trigger": True})
    closed = await exchange.create_order(BTC, "market", "sell", 0.05, None, {"reduceOnly": True})
    found["closed"] = [closed["status"], len(await exchange.fetch_positions([BTC]))]
    found["tiers"] = len((await exchange.fetch_leverage_tiers([BTC]))[BTC])
    try:
        await exchange.create_order(BTC, "limit", "buy", 0.01, bid * 1.01, {"postOnly": True})
    except ccxt.InvalidOrder as error:
        found["post only"] = "-5022" in str(error)


async def watch(exchange, found):
    """Order book, trades, orders, positions, and the WebSocket API."""
    await exchange.load_markets()

    async def within(step):
        return await asyncio.wait_for(step, PATIENCE)

    book = await within(exchange.watch_order_book(BTC))
    later = await within(exchange.watch_order_book(BTC))
    found["book"] = [later["nonce"] > 0, later["bids"][0][0] < later["asks"][0][0], book is not None]
    found["tape"] = (await within(exchange.watch_trades(BTC)))[-1]["price"] > 0
    low = later["bids"][0][0] * 0.99
    watching = [
        asyncio.ensure_future(each)
        for each in (exchange.watch_orders(BTC), exchange.watch_my_trades(BTC), exchange.watch_balance())
    ]
    private = [each for each in exchange.clients.values() if "private" in each.url]
    while not private:
        await asyncio.sleep(0)
        private = [each for each in exchange.clients.values() if "private" in each.url]
    await within(private[0].connected)
    await exchange.create_order(BTC, "limit", "buy", 0.01, low)
    found["orders"] = (await within(watching[0]))[0]["status"]
    await exchange.create_order(BTC, "market", "buy", 0.03)
    found["my trades"] = (await within(watching[1]))[0]["amount"]
    found["cash"] = (await within(watching[2]))["USDT"]["total"] < 100_000
    found["positions"] = [each["contracts"] for each in await exchange.fetch_positions_ws([BTC])]
    placed = await exchange.create_order_ws(BTC, "limit", "buy", 0.01, low)
    edited = await exchange.edit_order_ws(placed["id"], BTC, "limit", "buy", 0.02, low - 3)
    gone = await exchange.cancel_order_ws(placed["id"], BTC)
    found["session"] = [placed["status"], edited["amount"], gone["status"]]


async def main(at):
    found = {}
    for module, steps in ((ccxt.async_support, walk), (ccxt.pro, watch)):
        exchange = client(module, at)
        try:
            await steps(exchange, found)
        finally:
            await exchange.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
