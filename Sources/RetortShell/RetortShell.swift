// The first source of RetortShell.
