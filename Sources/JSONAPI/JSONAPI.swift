// The first source of JSONAPI.
