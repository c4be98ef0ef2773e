// The first source of JSONText.
