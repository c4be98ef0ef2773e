// The first source of JSONTextTests.
