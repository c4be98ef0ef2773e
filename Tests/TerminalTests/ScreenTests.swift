import Foundation
import Terminal
import Testing

@Suite struct ScreenTests {
  @Test func theWidthIsTheTerminalsOwnAtEachQuestion() {
    let terminal = TypedTerminal(columns: 132, controlling: false)
    #expect(TerminalProperties.columns(of: terminal.slave) == 132)
    terminal.resize(columns: 40)
    #expect(TerminalProperties.columns(of: terminal.slave) == 40)
    #expect(TerminalProperties.isTerminal(terminal.slave))
  }

  @Test func withoutATerminalTheWidthIsTheEnvironmentsOr80() async {
    await #expect(processExitsWith: .success) {
      setenv("COLUMNS", "100", 1)
      #expect(TerminalProperties.columns(of: -1) == 100)
      setenv("COLUMNS", "0", 1)
      #expect(TerminalProperties.columns(of: -1) == 80)
      unsetenv("COLUMNS")
      #expect(TerminalProperties.columns(of: -1) == 80)
      #expect(!TerminalProperties.isTerminal(-1))
    }
  }
}
