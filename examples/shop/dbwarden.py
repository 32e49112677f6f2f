"""Where the shop's database is, and where its models and migrations are."""

import os

from dbwarden import database_config

URL = os.environ.get("SHOP_DATABASE_URL", "sqlite:///./shop.db")

shop = database_config(
    database_name="shop",
    default=True,
    database_type="postgresql" if URL.startswith("postgres") else "sqlite",
    database_url_sync=URL,
    model_paths=["app.models"],
)
