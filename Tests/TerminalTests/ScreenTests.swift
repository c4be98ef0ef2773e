import Foundation
import Terminal
import Testing

@Suite struct ScreenTests {
  @Test func theWidthIsTheTerminalsOwnAtEachQuestion() {
    let terminal = TypedTerminal(columns: 132, controlling: false)
    #expect(Screen.columns(of: terminal.slave) == 132)
    terminal.resize(columns: 40)
    #expect(Screen.columns(of: terminal.slave) == 40)
    #expect(Screen.isTerminal(terminal.slave))
  }

  @Test func withoutATerminalTheWidthIsTheEnvironmentsOr80() async {
    await #expect(processExitsWith: .success) {
      setenv("COLUMNS", "100", 1)
      #expect(Screen.columns(of: -1) == 100)
      setenv("COLUMNS", "0", 1)
      #expect(Screen.columns(of: -1) == 80)
      unsetenv("COLUMNS")
      #expect(Screen.columns(of: -1) == 80)
      #expect(!Screen.isTerminal(-1))
    }
  }
}
