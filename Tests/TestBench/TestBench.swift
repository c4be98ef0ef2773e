// The first source of TestBench.
