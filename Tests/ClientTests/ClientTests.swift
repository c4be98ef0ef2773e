// The first source of ClientTests.
