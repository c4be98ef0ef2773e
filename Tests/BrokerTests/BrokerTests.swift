// The first source of BrokerTests.
