// The first source of LanguageTests.
