// The first source of Terminal.
