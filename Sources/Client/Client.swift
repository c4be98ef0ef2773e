// The first source of Client.
