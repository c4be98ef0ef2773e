// The first source of ResourceServiceTests.
