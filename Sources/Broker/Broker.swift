// The first source of Broker.
