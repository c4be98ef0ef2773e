import SQLite

/// The sample database `blog`, which always has the same rows.
///
/// In the table below, n is the number of a row, counted from 1. Each formula computes a value from n.
///
/// | table | rows | formulas, n from 1 |
/// |---|---|---|
/// | authors | 50 | name: given name (n-1) mod 10 of ten, and family name (n-1) / 10 of five; email `author{n}@example.com`; inactive where n mod 7 = 0; born on 1950-01-01 plus 301 n days, unknown where n mod 10 = 0 |
/// | posts | 1,000 | text `Post n`; state draft, published, spam or archived for n mod 4 = 0, 1, 2 or 3; views n * 7919 mod 100000; rating (n mod 5) + (n mod 10) / 10 with two decimal places, unknown where n mod 25 = 0; author 1 + (n-1) mod 50; inserted at 2026-01-01T00:00:00Z plus n hours |
/// | comments | 3,000 | body `Comment n`; post 1 + (n-1) mod 1000; author 1 + 7 n mod 50 |
/// | tags | 20 | name, a word of the spelling alphabet |
/// | post_tags | 2,000 | post n has the tags 1 + n mod 20 and 1 + 7 (n+1) mod 20, which are never the same |
///
/// If a request destroys a post, the database also deletes the post's comments. A request can't destroy an author who
/// has posts. If a request destroys an author, the author's comments remain, without an author.
enum SampleDatabase {
  static func create(in db: Database) throws {
    try db.execute(schema)
    try db.execute(rows)
  }

  private static let schema = """
    CREATE TABLE authors (
      id INTEGER PRIMARY KEY,
      name TEXT UNIQUE,
      email TEXT UNIQUE,
      active BOOLEAN NOT NULL DEFAULT 1,
      born_on TEXT
    );
    CREATE TABLE posts (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL CONSTRAINT "can't be blank" CHECK (trim(text) <> ''),
      state TEXT DEFAULT 'draft'
        CONSTRAINT "is not included in the list" CHECK (state IN ('draft', 'published', 'spam', 'archived')),
      views INTEGER DEFAULT 0,
      rating NUMBER_TEXT,
      inserted_at TEXT,
      author_id INTEGER REFERENCES authors (id) ON DELETE RESTRICT
    );
    CREATE TABLE comments (
      id INTEGER PRIMARY KEY,
      body TEXT,
      post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
      author_id INTEGER REFERENCES authors (id) ON DELETE SET NULL
    );
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE post_tags (
      post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
      tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
      PRIMARY KEY (post_id, tag_id)
    ) WITHOUT ROWID;
    """

  private static let rows = """
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50),
      given(i, word) AS (VALUES (0, 'Ada'), (1, 'Bea'), (2, 'Cid'), (3, 'Dan'), (4, 'Eve'), (5, 'Fay'), (6, 'Gus'),
        (7, 'Hal'), (8, 'Ida'), (9, 'Jon')),
      family(i, word) AS (VALUES (0, 'Archer'), (1, 'Baker'), (2, 'Cooper'), (3, 'Draper'), (4, 'Eliot'))
    INSERT INTO authors (id, name, email, active, born_on)
      SELECT n, given.word || ' ' || family.word, 'author' || n || '@example.com', n % 7 <> 0,
        CASE WHEN n % 10 <> 0 THEN date('1950-01-01', '+' || (n * 301) || ' days') END
      FROM n JOIN given ON given.i = (n - 1) % 10 JOIN family ON family.i = (n - 1) / 10 ORDER BY n;

    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
    INSERT INTO posts (id, text, state, views, rating, inserted_at, author_id)
      SELECT n, 'Post ' || n,
        CASE n % 4 WHEN 0 THEN 'draft' WHEN 1 THEN 'published' WHEN 2 THEN 'spam' ELSE 'archived' END,
        (n * 7919) % 100000, CASE WHEN n % 25 <> 0 THEN (n % 5) || '.' || (n % 10) || '0' END,
        strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', '+' || n || ' hours'), 1 + (n - 1) % 50
      FROM n;

    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000)
    INSERT INTO comments (id, body, post_id, author_id)
      SELECT n, 'Comment ' || n, 1 + (n - 1) % 1000, 1 + (7 * n) % 50 FROM n;

    INSERT INTO tags (id, name) VALUES
      (1, 'alpha'), (2, 'bravo'), (3, 'charlie'), (4, 'delta'), (5, 'echo'), (6, 'foxtrot'), (7, 'golf'), (8, 'hotel'),
      (9, 'india'), (10, 'juliett'), (11, 'kilo'), (12, 'lima'), (13, 'mike'), (14, 'november'), (15, 'oscar'),
      (16, 'papa'), (17, 'quebec'), (18, 'romeo'), (19, 'sierra'), (20, 'tango');

    INSERT INTO post_tags (post_id, tag_id)
      SELECT id, 1 + id % 20 FROM posts UNION ALL SELECT id, 1 + (7 * (id + 1)) % 20 FROM posts;
    """
}
