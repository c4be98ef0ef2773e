import Glibc
import JSONText

/// The file with the schema of a queue: `DIRECTORY/PLACE/QUEUE.json`, which only its owner can read.
///
/// In the names of the folder and the file, characters other than letters, digits, `-` and `_` are percent-encoded. A
/// long name is shortened, and ends in a hash of the full name.
struct SchemaFile {
  private let folder: String
  private let path: String
  /// The maximum size of a file, in bytes.
  private static let limit = 16 << 20

  init(directory: String, _ place: String, _ queue: String) {
    folder = directory + "/" + Self.fileName(place)
    path = folder + "/" + Self.fileName(queue) + ".json"
  }

  /// The length of the file in bytes; 0 if the file can't be read.
  var size: Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Returns the bytes of the file; empty if the file can't be read.
  func read() -> [UInt8] { Self.bytes(of: path) }

  /// Replaces the content of the file, while the folder is locked.
  ///
  /// `body` receives the old content of the file, and returns the new content.
  ///
  /// - Returns: The reason why the function failed; nil on success.
  func update(_ body: ([UInt8]) -> [UInt8]) -> String? {
    makeFolders()
    let lock = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { return Self.reason }
    defer { close(lock) }
    flock(lock, LOCK_EX)
    let fresh = path + ".new"
    let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return Self.reason }
    defer { close(descriptor) }
    fchmod(descriptor, 0o600)
    let bytes = body(read())
    guard Self.write(bytes, to: descriptor), unsafe rename(fresh, path) == 0 else {
      defer { unsafe unlink(fresh) }
      return Self.reason
    }
    return nil
  }

  /// Writes all bytes; returns false after an error, with the error number in `errno`.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Removes the file, if the file exists.
  ///
  /// Returns the reason of a failure; nil on success.
  func remove() -> String? { unsafe unlink(path) == 0 || errno == ENOENT ? nil : Self.reason }

  /// Returns the queue of each schema file for a location (broker and virtual host), and a function that reads the
  /// file.
  ///
  /// The queue is nil if the file name is shortened, because such a name does not show the full name of the queue.
  static func all(in directory: String, of place: String) -> [(queue: String?, read: () -> [UInt8])] {
    let folder = directory + "/" + fileName(place)
    return names(in: folder).filter { $0.hasSuffix(".json") }.map { name in
      (Self.name(ofFile: String(name.dropLast(5))), { bytes(of: folder + "/" + name) })
    }
  }

  /// Returns the location (broker and virtual host) with the newest schema file for a queue; nil if there is no file.
  ///
  /// The function does not find a location whose folder name is shortened.
  static func newestPlace(in directory: String, of queue: String) -> String? {
    var newest: (place: String, time: Int)?
    for place in names(in: directory).compactMap(name(ofFile:)) {
      var status = stat()
      let path = SchemaFile(directory: directory, place, queue).path
      guard unsafe stat(path, &status) == 0, status.st_mtim.tv_sec > newest?.time ?? .min else { continue }
      newest = (place, status.st_mtim.tv_sec)
    }
    return newest?.place
  }

  /// Decodes the name of a file or a folder; returns nil if the name is shortened.
  private static func name(ofFile name: String) -> String? {
    guard !name.contains("~") else { return nil }
    return String(decoding: name.percentDecoded, as: UTF8.self)
  }

  /// The first bytes of every schema file, by which the program recognizes its own files.
  private static let mark = Array(#"{"place":"#.utf8)

  /// Removes all schema files, but no other files.
  ///
  /// Returns the reason of the last failure; nil on success.
  static func removeAll(in directory: String) -> String? {
    var problem: String?
    for place in names(in: directory) {
      let folder = directory + "/" + place
      for name in names(in: folder) where name.hasSuffix(".json") || name.hasSuffix(".json.new") {
        guard bytes(of: folder + "/" + name).starts(with: mark) else { continue }
        if unsafe unlink(folder + "/" + name) != 0, errno != ENOENT { problem = reason }
      }
      unsafe rmdir(folder)
    }
    return problem
  }

  private func makeFolders() {
    for (index, byte) in folder.utf8.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
      _ = unsafe mkdir(String(decoding: folder.utf8.prefix(index), as: UTF8.self), 0o700)
    }
    _ = unsafe mkdir(folder, 0o700)
  }

  private static func bytes(of path: String) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
    return []
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func fileName(_ name: String) -> String {
    var encoded = ""
    for byte in name.utf8 {
      let isPlain = Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte)
      if byte < 0x80, isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return encoded.utf8.count <= 200 ? encoded : String(encoded.prefix(160)) + "~" + hash(name)
  }

  /// Returns the 64-bit FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/).
  private static func hash(_ text: String) -> String {
    String(text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }

  private static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
  }
}
