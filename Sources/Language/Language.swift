// The first source of Language.
