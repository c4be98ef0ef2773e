# Sends COUNT requests, at most WINDOW of them in flight, and receives the replies; uses only bunny.
#
#     /usr/bin/ruby asker.rb URI QUEUE COUNT WINDOW
require "bunny"
require "json"
require "securerandom"

uri, queue = ARGV
count, window = ARGV.last(2).map(&:to_i)
connection = Bunny.new(uri).start
channel = connection.create_channel
replies = channel.queue("", exclusive: true, auto_delete: true)
name = SecureRandom.uuid
sent = taken = 0
all = Queue.new

ask = lambda do
  sent += 1
  key = "#{name}-#{sent}"
  params = {id: sent.to_s, meta: {host: "bench"}}
  body = JSON.generate({id: key, jsonrpc: "2.0", method: "show", params: params})
  channel.default_exchange.publish(body, routing_key: queue, mandatory: true, persistent: false,
                                   content_type: "application/json", correlation_id: key, reply_to: replies.name)
end

# The main thread sends the first requests before the consumer's thread exists. So only one thread sends at any time.
[window, count].min.times { ask.call }
replies.subscribe(exclusive: true) do |_, _, body|
  JSON.parse(body)
  taken += 1
  if sent < count
    ask.call
  elsif taken == count
    all << true
  end
end
all.pop
connection.close
