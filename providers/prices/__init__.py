"""What an offer charges: dated rows, and what a usage costs under them. Pure, no network.

`pricebook` is the front; `tariff` holds the rows' types, `price_rows` reads them from TOML.
"""
