import JSONText
import Redaction

/// The result of one step of the doctor, with the next step for the user.
struct DoctorFinding: Sendable {
  /// The steps of the doctor, from the configuration files to a request to a service.
  enum ExaminationStep: String, Sendable {
    case configuration, address, name, tcp, tls, login, vhost, service, channel, queue, call
  }

  /// The outcome of a step, such as `ok` or `failed`.
  enum StepOutcome: String, Sendable {
    case ok, warning, failed, skipped
  }

  var step: ExaminationStep
  var verdict: StepOutcome
  /// The result of the step, in one line.
  var text: String
  /// A proposal for what the user does next; nil if there is no proposal.
  var nextStep: String?
  /// The duration of the step.
  var time: Duration?
  /// The exit status of the program if the step is the first that failed; 0 if the step did not fail.
  var status: Int32 = 0

  /// Returns the finding for a step without problems.
  static func ok(_ step: ExaminationStep, _ text: String, _ time: Duration? = nil) -> DoctorFinding {
    DoctorFinding(step: step, verdict: .ok, text: text, time: time)
  }

  /// Returns the finding for a step with a problem that does not prevent the following steps.
  static func warning(_ step: ExaminationStep, _ text: String, _ nextStep: String?) -> DoctorFinding {
    DoctorFinding(step: step, verdict: .warning, text: text, nextStep: nextStep)
  }

  /// Returns the finding for a step that the doctor skipped.
  static func skipped(_ step: ExaminationStep, _ text: String, _ nextStep: String? = nil) -> DoctorFinding {
    DoctorFinding(step: step, verdict: .skipped, text: text, nextStep: nextStep)
  }

  /// Returns the finding for a failed step.
  ///
  /// `status` is the exit status of the program.
  static func failed(
    _ step: ExaminationStep, _ text: String, _ nextStep: String?, _ time: Duration? = nil, status: Int32 = 4
  ) -> DoctorFinding {
    DoctorFinding(step: step, verdict: .failed, text: text, nextStep: nextStep, time: time, status: status)
  }

  /// The lines for the user: the outcome, the step, its duration and its text, followed by the next step.
  var lines: String {
    let margin = String(repeating: " ", count: 10)
    let head =
      Self.filled(verdict.rawValue, 10) + Self.filled(step.rawValue, 15)
      + Self.filled(time.map { "\(Self.milliseconds($0)) ms" } ?? "", 12)
    let advice = nextStep.map { "\(margin)= \(TerminalSafeText.message($0))\n" } ?? ""
    return "\(head)\(TerminalSafeText.message(text))\n\(advice)"
  }

  /// The finding as JSON, for `-o json`.
  var json: JSONValue {
    [
      "step": .string(step.rawValue), "verdict": .string(verdict.rawValue),
      "milliseconds": time.flatMap { JSONNumber(text: Self.milliseconds($0)) }.map { .number($0) } ?? .null,
      "text": .string(text), "next-step": nextStep.map { .string($0) } ?? .null,
    ]
  }

  private static func filled(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// Returns a duration in milliseconds with one digit after the point, such as `0.4`.
  private static func milliseconds(_ time: Duration) -> String {
    let tenths = Int(time / .microseconds(100))
    return "\(tenths / 10).\(tenths % 10)"
  }
}
