import CRabbitMQ

/// A secret that authenticates messages with HMAC-SHA-256 (RFC 2104).
///
/// libcrypto computes the authentication codes.
public struct MessageAuthenticationKey: Sendable {
  /// The minimum length of a secret, in bytes.
  public static let least = 16

  private let secret: [UInt8]

  /// Creates a key from the bytes of a secret; nil if the secret has fewer than ``least`` bytes.
  public init?(_ secret: [UInt8]) {
    guard secret.count >= Self.least else { return nil }
    self.secret = secret
  }

  /// Returns the authentication code of the bytes as 64 hexadecimal digits; nil if libcrypto fails.
  public func code(of bytes: [UInt8]) -> [UInt8]? {
    computed(bytes).map { code in
      code.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }
    }
  }

  /// Whether `code`, as 64 hexadecimal digits, is the authentication code of `bytes`.
  ///
  /// The comparison takes the same time for every wrong code. The duration therefore reveals nothing about the right
  /// code.
  public func accepts(_ code: [UInt8], of bytes: [UInt8]) -> Bool {
    guard let given = Self.bytes(of: code), let own = computed(bytes) else { return false }
    return retort_equal_codes(given, own) != 0
  }

  private func computed(_ bytes: [UInt8]) -> [UInt8]? {
    var code = [UInt8](repeating: 0, count: 32)
    let isComputed = secret.withLent { secret in
      bytes.withLent { bytes in retort_hmac_sha256(secret, bytes, &code) }
    }
    return isComputed != 0 ? code : nil
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// Returns the 32 bytes that 64 lower-case hexadecimal digits stand for; nil for other text.
  private static func bytes(of digits: [UInt8]) -> [UInt8]? {
    guard digits.count == 64 else { return nil }
    let values = digits.compactMap { digit in Self.digits.firstIndex(of: digit).map { UInt8($0) } }
    guard values.count == 64 else { return nil }
    return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }
}
