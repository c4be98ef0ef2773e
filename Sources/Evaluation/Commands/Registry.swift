extension BuiltInCommand {
  /// All commands, in the order in which `help` lists them.
  static let all: [BuiltInCommand] = [
    connect, disconnect, client, stop, clients, queues, describe, template, forget, save, count, index, stream, show,
    create,
    update, upsert, destroy, destroyAll,
    related, relationship, diff, link, relink, unlink, transition, call,
    read, print, warn, assert, fail, sleep, vars, exit,
  ]
}

extension BuiltInStage {
  /// All stages, in the order in which `help` lists them.
  static let all: [BuiltInStage] = [
    `where`, map, select, with, without, `as`, take, skip, first, last, reverse, sort, unique, group, indexBy, chunk,
    flatten,
    count, sum, avg, min, max, collect, each, print, show, create, update, upsert, destroy, link, relink, unlink,
    transition, write, table, card, chart, json, ndjson, csv, sh,
  ]
}
