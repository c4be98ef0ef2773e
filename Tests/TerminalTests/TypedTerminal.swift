import Foundation
import Terminal
import Testing

/// A pseudo-terminal with a simulated user, who types and reads the screen on a separate thread.
///
/// In a test with its own process, this terminal is the controlling terminal of the process. A typed Ctrl-C then sends
/// a real SIGINT.
final class TypedTerminal: @unchecked Sendable {
  // The `Sendable` conformance is unchecked: only the thread of the simulated user changes `screen`.
  let master: Int32
  let slave: Int32
  let path: String
  private var screen: [UInt8] = []

  /// Opens a pseudo-terminal.
  ///
  /// If `controlling` is true, the terminal becomes the controlling terminal of this process, and the process ignores
  /// the user's settings of readline.
  init(columns: UInt16 = 80, controlling: Bool = true) {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (unlocked, number): (Int32, Int32) = (0, 0)
    guard ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      Self.give(up: "no pty")  // the two numbers above are TIOCSPTLCK and TIOCGPTN, see ioctl_tty(2)
    }
    path = "/dev/pts/\(number)"
    if controlling {
      guard setsid() > 0 else { Self.give(up: "no session") }
      alarm(300)  // ends the process if the line editor hangs
      for (name, value) in [("TERM", "xterm"), ("INPUTRC", "/dev/null"), ("LC_ALL", "C.UTF-8")] {
        setenv(name, value, 1)
      }
    }
    slave = open(path, O_RDWR | O_CLOEXEC | (controlling ? 0 : O_NOCTTY))
    resize(columns: columns)
  }

  /// Opens a controlling terminal and a line editor on this terminal.
  static func withEditor() throws -> (TypedTerminal, LineEditor) {
    let terminal = TypedTerminal()
    return (terminal, try LineEditor(input: terminal.slave, output: terminal.slave))
  }

  deinit {
    close(slave)
    close(master)
  }

  /// Starts a thread that performs the actions of the user, while the test waits for the line.
  func person(_ acts: @escaping @Sendable (TypedTerminal) -> Void) {
    Thread.detachNewThread { acts(self) }
  }

  func types(_ text: String) {
    let bytes = Array(text.utf8)
    guard write(master, bytes, bytes.count) == bytes.count else { Self.give(up: "cannot type \(text)") }
  }

  func pastes(_ text: String) {
    types("\u{1B}[200~" + text.replacing("\n", with: "\r") + "\u{1B}[201~")
  }

  /// Waits until the program has written a text, and returns the output up to the end of this text.
  ///
  /// A later call searches only the output after this text.
  @discardableResult
  func sees(_ text: String) -> String {
    let wanted = Array(text.utf8)
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      if let range = screen.firstRange(of: wanted) {
        defer { screen.removeSubrange(..<range.upperBound) }
        return String(decoding: screen[..<range.upperBound], as: UTF8.self)
      }
      var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&source, 1, 120_000) == 1 else {
        Self.give(up: "no \(text.debugDescription) in \(String(decoding: screen, as: UTF8.self).debugDescription)")
      }
      screen += chunk[..<max(0, read(master, &chunk, chunk.count))]
    }
  }

  /// Begins a search with Ctrl-R, which finds the remembered statement `count posts`.
  func searches() {
    sees("> ")
    types("\u{12}c")
    sees("ount posts")
  }

  func resize(columns: UInt16) {
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { Self.give(up: "no size") }
  }

  /// Whether the terminal has the settings with which a shell starts a program: echo on, input by lines.
  var isAsBefore: Bool {
    var settings = termios()
    guard tcgetattr(slave, &settings) == 0 else { return false }
    return settings.c_lflag & UInt32(ICANON | ECHO) == UInt32(ICANON | ECHO) && settings.c_iflag & UInt32(ICRNL) != 0
  }

  private static func give(up reason: String) -> Never {
    Issue.record("\(reason)")
    _exit(99)
  }
}
