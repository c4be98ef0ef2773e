// The first source of TerminalTests.
