// The first source of Evaluation.
