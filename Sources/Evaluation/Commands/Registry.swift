// The words of the language: every command and every stage.
extension Command {
  /// Every command, in the order of help.
  static let all: [Command] = [
    connect, disconnect, client, stop, clients, queues, describe, template, forget, save, count, index, stream, show,
    create,
    update, upsert, destroy, destroyAll,
    related, relationship, diff, link, relink, unlink, transition, call,
    read, print, warn, assert, fail, sleep, vars, exit,
  ]
}

extension Stage {
  /// Every stage, in the order of help.
  static let all: [Stage] = [
    `where`, map, select, with, without, `as`, take, skip, first, last, reverse, sort, unique, group, indexBy, chunk,
    flatten,
    count, sum, avg, min, max, collect, each, print, show, create, update, upsert, destroy, link, relink, unlink,
    transition, write, table, card, chart, json, ndjson, csv, sh,
  ]
}
