// The first source of ResourceService.
