import Synchronization
import Values

extension BuiltInCommand {
  static let vars = BuiltInCommand(
    CommandDeclaration(
      name: "vars", summary: "Lists the variables with their types and values.", result: "list of records")
  ) { arguments, frame throws(Fault) in
    let names = frame.run.session.state.withLock(\.names)
    let slots = frame.depth == 0 ? frame.slots : frame.globals
    return .list(
      names.filter { $0.value < slots.count }.sorted { $0.key < $1.key }.map { name, slot in
        .record(
          Record([
            ("name", .string(name)), ("type", .string(slots[slot].typeName)), ("value", .string(slots[slot].label)),
          ]))
      })
  }
}
