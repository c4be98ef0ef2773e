"""Sends COUNT requests, at most WINDOW of them in flight, and receives the replies; uses only pika.

    /usr/bin/python3 asker.py URI QUEUE COUNT WINDOW
"""

import json
import sys
import uuid

import pika


def main():
    uri, queue = sys.argv[1:3]
    count, window = (int(word) for word in sys.argv[3:])
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    channel = connection.channel()
    replies = channel.queue_declare("", exclusive=True, auto_delete=True).method.queue
    name = str(uuid.uuid4())
    sent = taken = 0

    def ask():
        nonlocal sent
        sent += 1
        key = f"{name}-{sent}"
        params = {"id": str(sent), "meta": {"host": "bench"}}
        body = json.dumps({"id": key, "jsonrpc": "2.0", "method": "show", "params": params})
        properties = pika.BasicProperties(content_type="application/json", correlation_id=key, reply_to=replies)
        channel.basic_publish("", queue, body.encode(), properties, mandatory=True)

    def take(_, method, properties, body):
        nonlocal taken
        json.loads(body)
        taken += 1
        if sent < count:
            ask()
        elif taken == count:
            channel.stop_consuming()

    channel.basic_consume(replies, take, auto_ack=True, exclusive=True)
    for _ in range(min(window, count)):
        ask()
    channel.start_consuming()
    connection.close()


main()
