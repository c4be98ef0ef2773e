// The first source of ArchitectureTests.
