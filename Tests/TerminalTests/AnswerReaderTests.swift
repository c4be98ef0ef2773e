import Foundation
import Terminal
import Testing

/// Tests of reading an answer from a terminal, such as the number that confirms a destruction.
///
/// Each test runs in a separate process with its own terminal.
@Suite(.timeLimit(.minutes(5))) struct AnswerReaderTests {
  @Test func anAnswerIsALineAndNoMore() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(controlling: false)
      terminal.person { $0.types("25\u{7F}50 é\nnext\n\u{4}") }
      #expect(await AnswerReader.line(from: terminal.slave) == "250 é")
      #expect(await AnswerReader.line(from: terminal.slave) == "next")
      #expect(await AnswerReader.line(from: terminal.slave) == nil)
    }
  }

  @Test func theEndOfTheInputSendsNoAnswer() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(controlling: false)
      terminal.person { $0.types("250\u{4}\u{4}") }
      #expect(await AnswerReader.line(from: terminal.slave) == nil)
    }
  }

  @Test func ctrlCEndsTheQuestionAndDropsNoLaterInput() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal()
      let interrupts = SignalCatcher.shared
      let question = Task { await AnswerReader.line(from: terminal.slave) }
      let answer = await interrupts.watching { _ in
        question.cancel()
      } during: {
        terminal.person {
          $0.types("25")
          $0.sees("25")
          $0.types("\u{3}")
          $0.sees("^C")
        }
        return await question.value
      }
      #expect(answer == nil)
      terminal.person { $0.types("count posts\n") }
      #expect(await AnswerReader.line(from: terminal.slave) == "count posts")
    }
  }

  @Test func aQuestionOfACancelledTaskIsNotWaitedFor() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(controlling: false)
      let question = Task { await AnswerReader.line(from: terminal.slave) }
      question.cancel()
      #expect(await question.value == nil)
    }
  }
}
