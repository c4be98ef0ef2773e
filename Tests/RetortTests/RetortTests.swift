// The first source of RetortTests.
