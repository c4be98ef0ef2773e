"""A service of posts that shares no code with retort: it uses pika for AMQP, and Python's json and decimal.

    /usr/bin/python3 responder.py URI QUEUE

The service replies like carrot_rpc 1.2.1 with jsonapi-resources. Every JSON:API error has the JSON-RPC code 422, ids
are strings, a page has links and a record count, and the result of `destroy` is {}. A message that is no valid
request gets no reply.

The service declares the queue as durable, unlike `retort serve`. It prints "ready" when it consumes the queue. It ends
when its standard input ends.
"""

import decimal
import json
import sys
import threading
import urllib.parse

import pika

URL = "http://peer.example/api/v1/posts"
STATES = ["draft", "published", "spam", "archived"]
ATTRIBUTES = ["text", "state", "views", "rating"]
LARGEST_PAGE = 100


class Refusal(Exception):
    """An exception that contains JSON:API errors with the texts of jsonapi-resources."""

    def __init__(self, *errors):
        self.errors = list(errors)


def error(title, detail, code, status="400", **members):
    return {"title": title, "detail": detail, "code": code, **members, "status": status}


class Posts:
    """Twenty-five posts, with a function for each method of a request."""

    methods = ["index", "show", "create", "update", "destroy"]

    def __init__(self):
        self.last = 25
        self.rows = {str(n): {"text": f"Post {n}", "state": STATES[n % 4], "views": n * 100, "rating": self.rating(n)}
                     for n in range(1, self.last + 1)}

    @staticmethod
    def rating(n):
        return decimal.Decimal(n) / 4 + decimal.Decimal("0.00")

    def index(self, params):
        keys = [key for key, row in self.rows.items() if self.passes(key, row, params.get("filter", {}))]
        number, size = self.page(params.get("page", {}))
        last = max(1, -(-len(keys) // size))
        links = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        links = {name: self.link(params, page, size) for name, page in links.items()
                 if 1 <= page and (name != "next" or page <= last)}
        return {"data": [self.resource(key) for key in keys[(number - 1) * size:number * size]],
                "meta": {"record-count": len(keys)}, "links": links}

    def passes(self, key, row, wanted):
        for name, value in wanted.items():
            if name not in ("id", "state"):
                raise Refusal(error("Filter not allowed", f"{name} is not allowed.", "102"))
            if (key if name == "id" else row["state"]) not in value.split(","):
                return False
        return True

    def page(self, page):
        for name in page:
            if name not in ("number", "size"):
                raise Refusal(error("Page parameter not allowed", f"{name} is not an allowed page parameter.", "105"))
        number, size = int(page.get("number", 1)), int(page.get("size", 10))
        for name, value in (("number", number), ("size", size)):
            if value < 1:
                detail = f"{value} is not a valid value for {name} page parameter."
                raise Refusal(error("Invalid page value", detail, "118"))
        if size > LARGEST_PAGE:
            detail = f"size exceeds maximum page size of {LARGEST_PAGE}."
            raise Refusal(error("Invalid page value", detail, "118"))
        return number, size

    def link(self, params, number, size):
        query = {f"filter[{name}]": value for name, value in params.get("filter", {}).items()}
        return URL + "?" + urllib.parse.urlencode(query | {"page[number]": number, "page[size]": size})

    def show(self, params):
        return {"data": self.resource(self.found(params))}

    def create(self, params):
        given = self.attributes(params)
        row = {"text": None, "state": "draft", "views": 0, "rating": None} | given
        self.validate(row)
        self.last += 1
        self.rows[str(self.last)] = row
        return {"data": self.resource(str(self.last))}

    def update(self, params):
        key = self.found(params)
        if params.get("data", {}).get("id") != key:
            raise Refusal(error("Key is not included in URL", "The URL does not support the key.", "110"))
        row = self.rows[key] | self.attributes(params)
        self.validate(row)
        self.rows[key] = row
        return {"data": self.resource(key)}

    def destroy(self, params):
        del self.rows[self.found(params)]
        return {}

    def found(self, params):
        key = str(params.get("id", ""))
        if key not in self.rows:
            detail = f"The record identified by {key} could not be found."
            raise Refusal(error("Record not found", detail, "404", "404"))
        return key

    def attributes(self, params):
        resource = params.get("data")
        if not resource:
            raise Refusal(error("Missing Parameter", "The required parameter, data, is missing.", "106"))
        if resource.get("type") != "posts":
            raise Refusal(error("Invalid resource", f"{resource.get('type')} is not a valid resource.", "101"))
        names = [*resource.get("attributes", {}), *resource.get("relationships", {})]
        refused = [error("Param not allowed", f"{name} is not allowed.", "105") for name in names
                   if name not in ATTRIBUTES]
        if refused:
            raise Refusal(*refused)
        return resource.get("attributes", {})

    def validate(self, row):
        wrong = [] if row["text"] else [("text", "can't be blank")]
        wrong += [] if row["state"] in STATES else [("state", "is not included in the list")]
        if wrong:
            raise Refusal(*[error(title, f"{name} - {title}", "100", "422",
                                  source={"pointer": f"/data/attributes/{name}"}) for name, title in wrong])

    def resource(self, key):
        return {"id": key, "type": "posts", "links": {"self": f"{URL}/{key}"}, "attributes": self.rows[key]}


def written(value):
    """Returns a value as JSON text.

    Decimals keep all their digits. The characters that Rails escapes are escaped.
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(element) for element in value) + "]"
    if isinstance(value, decimal.Decimal):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def answer(posts, body):
    """Returns the reply to a request, or None if carrot_rpc would send no reply."""
    try:
        request = json.loads(body, parse_float=decimal.Decimal)
        method, params = request["method"], request["params"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(method, str) or not isinstance(params, dict):
        return None
    reply = {"id": request.get("id"), "jsonrpc": "2.0"}
    if method not in Posts.methods:
        failure = {"code": -32601, "message": "Method not found", "data": {"method": method}}
        return written({"error": failure} | reply)
    try:
        return written(reply | {"result": getattr(posts, method)(params)})
    except Refusal as refusal:
        failure = {"code": 422, "data": {"errors": refusal.errors}, "message": "JSONAPI error"}
        return written({"error": failure} | reply)


def main():
    uri, queue = sys.argv[1:]
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    channel = connection.channel()
    channel.queue_declare(queue, durable=True)
    posts = Posts()

    def deliver(_, method, properties, body):
        reply = answer(posts, body)
        if reply is not None and properties.reply_to:
            channel.basic_publish("", properties.reply_to, reply.encode(),
                                  pika.BasicProperties(correlation_id=properties.correlation_id))

    def end():
        sys.stdin.buffer.read()
        connection.add_callback_threadsafe(channel.stop_consuming)

    channel.basic_consume(queue, deliver, auto_ack=True)
    threading.Thread(target=end, daemon=True).start()
    print("ready", flush=True)
    channel.start_consuming()
    connection.close()


main()
