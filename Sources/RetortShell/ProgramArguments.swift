/// The arguments of the program.
public enum ProgramArguments {
  /// The number of the first argument that is not valid UTF-8; nil if all arguments are valid.
  ///
  /// Swift replaces the invalid bytes of such an argument, so the program would use another text than the user wrote.
  public static var firstInvalid: Int? {
    (1..<max(1, Int(CommandLine.argc))).first { number in
      guard let argument = unsafe CommandLine.unsafeArgv[number] else { return false }
      return unsafe String(validatingCString: argument) == nil
    }
  }
}
