"""The shop's routes: enough to sell something."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_session
from app.models import Customer, Order, OrderLine, Product

app = FastAPI(title="A small shop")
Db = Annotated[Session, Depends(get_session)]


class ProductOut(BaseModel):
    sku: str
    name: str
    price: float


class LineIn(BaseModel):
    sku: str
    quantity: int


class OrderIn(BaseModel):
    customer_id: int
    lines: list[LineIn]


@app.get("/products")
def products(db: Db) -> list[ProductOut]:
    rows = db.scalars(select(Product).order_by(Product.name))
    return [ProductOut(sku=row.sku, name=row.name, price=float(row.price)) for row in rows]


@app.post("/orders", status_code=201)
def place_order(wanted: OrderIn, db: Db) -> dict[str, int]:
    if db.get(Customer, wanted.customer_id) is None:
        raise HTTPException(404, "no such customer")
    order = Order(customer_id=wanted.customer_id)
    for line in wanted.lines:
        product = db.scalar(select(Product).where(Product.sku == line.sku))
        if product is None:
            raise HTTPException(404, f"no product {line.sku}")
        order.lines.append(OrderLine(product_id=product.id, quantity=line.quantity, unit_price=product.price))
    db.add(order)
    db.commit()
    return {"id": order.id}
