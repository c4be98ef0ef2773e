// The first source of EvaluationTests.
