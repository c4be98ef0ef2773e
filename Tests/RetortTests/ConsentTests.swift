import Testing

/// Tests that a user's consent to a destruction covers exactly the changes that the question names.
@Suite(.timeLimit(.minutes(15))) struct ConsentTests {
  private static let two = """
    let staging = connect "embedded:blog" name: "staging"
    let production = connect "embedded:blog" name: "production"
    let a = client queue: "posts" on: staging
    let b = client queue: "posts" on: production

    """

  @Test func anotherConnectionAsksAgain() async {
    let loop = "for c in [a, b] do let n = destroy-all c filter: {state: \"spam\"}; print n end"
    let ran = await Ran.asked(["250", "250"], "-c", Self.two + loop)
    #expect(ran.status == 0 && ran.output == "250\n250\n")
    #expect(
      ran.notes.split(separator: "\n").count { $0.hasPrefix("type 250 to continue: ") } == 2
        || ran.notes.contains("production"))
    let once = await Ran.asked(["250"], "-c", Self.two + loop)
    #expect(once.status == 6 && once.output == "250\n")
  }

  @Test func zeroResourcesNeedNoConfirmation() async {
    let empty =
      "destroy-all a filter: {state: \"none\"}; for c in [a, b] do let n = destroy-all c filter: {state: \"none\"}; print n end"
    let ran = await Ran.asked([], "-c", Self.two + empty)
    #expect(ran.status == 0 && ran.output == "0\n0\n0\n")
    #expect(ran.notes.contains("there is nothing to destroy") && !ran.notes.contains("to go on"))
  }

  @Test func anotherFilterVerbOrQueueAsksAgain() async {
    let filters = "for s in [\"spam\", \"draft\"] do let n = destroy-all a filter: {state: s}; print n end"
    #expect(await Ran.asked(["250", "no"], "-c", Self.two + filters).status == 6)
    let verbs = "for n in 1..2 do destroy a n; call a \"destroy\" {id: string(n + 10)} end"
    let ran = await Ran.asked(["2", "2"], "-c", Self.two + verbs + "\ncount a")
    #expect(ran.status == 0 && ran.output == "996\n", Comment(rawValue: ran.notes))
    #expect(await Ran.asked(["2"], "-c", Self.two + verbs).status == 6)
  }

  @Test func anotherMetaAsksAgain() async {
    let tenants = """
      let s = connect "embedded:blog"
      let a = client queue: "posts" meta: {tenant: "a"}
      let b = client queue: "posts" meta: {tenant: "b"}

      """
    let loops = [
      "for c in [a, b] do destroy c 1 end", "for t in [1, 2] do destroy a t meta: {run: t} end",
    ]
    for loop in loops {
      let ran = await Ran.asked(["1", "no"], "-c", tenants + loop)
      #expect(ran.status == 6 && ran.notes.contains("was not confirmed"), Comment(rawValue: loop + ran.notes))
    }
    let ran = await Ran.asked(["no"], "-c", tenants + "destroy-all a filter: {id: 1} meta: {run: 1}")
    #expect(ran.notes.contains(" meta {\"run\":1}\n"), Comment(rawValue: ran.notes))
  }

  /// The user confirms a number of destroys for one sink, a stage that changes data.
  ///
  /// If this sink sends fewer destroys, the rest of the number does not permit the destroys of another sink or of a
  /// loop.
  @Test(arguments: ["[5, 6] | destroy a", "destroy a 5"]) func aSinkUsesOnlyItsOwnConsent(_ next: String) async {
    let statement = """
      for i in 1..2 do
        try do if i == 1 do [1, "2,3", 4] | destroy a else \(next) end rescue e print e.kind end
      end
      """
    let ran = await Ran.asked(["3"], "-c", Self.two + statement)
    #expect(ran.status == 6 && ran.output == "value\n", Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("was not confirmed: nothing was sent"), Comment(rawValue: ran.notes))
  }

  @Test func theTypedNumberLimitsALoop() async {
    let loop = "for n in 1..9 do destroy a n end"
    let ran = await Ran.asked(["3"], "-c", Self.two + loop)
    #expect(ran.status == 6)
    #expect(
      ran.notes.contains(
        "error[limit]: destroy would destroy more than the confirmed number of resources, 3; 3 destroys were already sent"
      ))
    #expect(ran.notes.contains("before the error, destroy posts: 3 ok"))
    #expect(await Ran.asked(["nine"], "-c", Self.two + loop).status == 6)
  }

  @Test func aCallThatDestroysCounts() async {
    let calls = "for i in 1..20 do call a \"destroy\" {id: string(i)} end"
    let off = await Ran.retort("-c", Self.two + calls)
    #expect(off.status == 6 && off.notes.contains("needs a confirmation"))
    let limited = await Ran.retort("--yes=10", "-c", Self.two + "try do " + calls + " rescue e print e end")
    #expect(limited.status == 6 && limited.notes.contains("--yes=10 allows; 10 destroys were already sent"))
    #expect(await Ran.retort("--yes", "-c", Self.two + calls + "; count a").output == "980\n")
    #expect(await Ran.retort("-c", Self.two + "call a \"destroy\" {id: \"1\"}; count a").output.hasSuffix("999\n"))
  }

  @Test func aGuardIsNotOpenedByOptions() async {
    let guarded = "connect \"embedded:blog\" name: \"prod\" guard: \"confirm\"\nlet posts = client queue: \"posts\"\n"
    let spam = "destroy-all posts filter: {state: \"spam\"} confirm: true\n"
    let refused = await Ran.retort("--yes", "-c", guarded + spam)
    #expect(
      refused.status == 6 && refused.notes.contains("would destroy 250 resources")
        && refused.notes.contains("--guarded 'prod'"))
    #expect(await Ran.retort("--yes=250", "--guarded", "prod", "-c", guarded + spam).output == "250\n")
    #expect(await Ran.asked(["250"], "-c", guarded + spam).output == "250\n")
    #expect(await Ran.retort("-c", guarded + "update posts 1 {views: 1}").status == 0)
    let readOnly = guarded.replacing("confirm", with: "read-only")
    for change in ["update posts 1 {views: 1}", "[1] | update posts {views: 1}", "create posts {text: \"a\"}", spam] {
      let ran = await Ran.retort("--yes", "-c", readOnly + change)
      #expect(ran.status == 6 && ran.notes.contains("is read-only"), Comment(rawValue: change + ran.notes))
    }
    #expect(await Ran.retort("-c", readOnly + "count posts").output == "1000\n")
    let other = await Ran.retort("-c", guarded + "connect \"embedded:blog\" name: \"prod\" guard: \"read-only\"")
    #expect(
      other.status == 1 && other.notes.contains("this connection is already open, with the option guard: \"confirm\""))
    #expect(await Ran.retort("-c", guarded + "connect \"embedded:blog\" name: \"prod\"; " + spam).status == 6)
  }
}
