using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>The scenarios of the matrix.</summary>
public static partial class Scenarios
{
    /// <summary>All scenarios.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("transactions", _ => Transactions),
        new("savepoints", _ => Savepoints),
        new("keychange", _ => KeyChange),
        new("keyless", _ => Keyless),
        new("types", Types),
        new("mixed engines", combination => combination.Arguments.Contains("--gtid-mode=OFF") || combination.Kind != ServerKind.MySql97
            ? Mixed : null),
        new("XA", combination => combination.Kind == ServerKind.MySql56 ? null : Xa),
        new("transactions above the buffer", _ => Transactions) { HoldsNothing = true },
        new("transactions above the buffer, provisionally", _ => Transactions) { HoldsNothing = true,
            LargeTransactions = LargeTransactionMode.DeliverProvisionally },
        new("XA above the buffer", combination => combination.Kind == ServerKind.MySql56 ? null : Xa) { HoldsNothing = true },
        new("DDL of tables", Ddl),
        new("DDL of columns", Columns),
        new("DDL between rows", _ => DdlBetween),
        new("DDL of many kinds", combination => combination.Kind == ServerKind.MySql56 ? MoreDdl : MoreDdl + RenameColumns),
        new("DDL of databases", Databases),
        new("generated and invisible columns", Generated),
        new("partitions", _ => Partitions),
        new("row images", _ => RowImages),
        new("character sets", _ => CharacterSets),
        new("cut-over of shadow tables", _ => CutOver),
        new("online schema change", combination => OnlineChange(combination)),
        new("big rows", combination => combination.Kind == ServerKind.MySql56 ? null : BigRows),
        new("rotated logs", _ => RotatedLogs),
        new("compressed", Compressed),
        new("foreign keys", ForeignKeys),
        new("outer joins", _ => OuterJoins),
        new("keys under partial images", KeysUnderImages),
        new("labels in many character sets", _ => LabelSets),
        new("names in another character set", _ => OtherNames),
        new("functional indexes and invisible keys", combination => combination.Kind == ServerKind.MySql97 ? Functional : null),
        new("old formats of times", combination => combination.IsMariaDb ? OldTimes : null),
        new("two-phase ALTER and domains", combination => combination.IsMariaDb ? TwoPhases : null),
    ];

    private const string Transactions = """
        CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20), n INT NOT NULL DEFAULT 0);
        CREATE TABLE b (id INT PRIMARY KEY AUTO_INCREMENT, a_id INT, old VARCHAR(20), new VARCHAR(20));
        CREATE TABLE c (id INT PRIMARY KEY, total INT);
        CREATE TRIGGER a_update AFTER UPDATE ON a FOR EACH ROW INSERT INTO b (a_id, old, new) VALUES (NEW.id, OLD.v, NEW.v);
        CREATE TRIGGER a_delete AFTER DELETE ON a FOR EACH ROW UPDATE c SET total = total - 1;
        CREATE TRIGGER a_insert BEFORE INSERT ON a FOR EACH ROW SET NEW.n = NEW.n + 100;
        INSERT INTO c VALUES (1, 3);
        BEGIN;
        INSERT INTO a (id, v) VALUES (1, 'x'), (2, 'x'), (3, 'x');
        UPDATE a SET v = 'y' WHERE id < 3;
        INSERT INTO a (id, v) VALUES (4, 'late');
        UPDATE a JOIN c SET a.v = 'join', c.total = c.total + 10 WHERE a.id = 3;
        DELETE FROM a WHERE id = 1;
        COMMIT;
        START TRANSACTION WITH CONSISTENT SNAPSHOT;
        DELETE a, b FROM a JOIN b ON a.id = b.a_id WHERE a.id = 2;
        INSERT INTO a (id, v) VALUES (4, 'dup') ON DUPLICATE KEY UPDATE v = 'dup';
        REPLACE INTO a (id, v) VALUES (3, 'replaced'), (9, 'new');
        COMMIT;
        SET autocommit = 0;
        INSERT INTO a (id, v) VALUES (20, 'auto');
        UPDATE a SET v = CONCAT(v, '!');
        COMMIT;
        INSERT INTO a (id, v) VALUES (21, 'implicit');
        SET autocommit = 1;
        BEGIN; COMMIT;
        UPDATE a SET v = v WHERE id = 3;
        INSERT INTO a (id, v) SELECT id + 1000, v FROM a ORDER BY id;
        """;

    private const string Savepoints = """
        CREATE TABLE a (id INT PRIMARY KEY, v INT);
        CREATE TABLE b (id INT PRIMARY KEY, v INT);
        BEGIN; INSERT INTO a VALUES (1, 1), (2, 1); ROLLBACK;
        BEGIN; INSERT INTO a VALUES (1, 1); SAVEPOINT s; INSERT INTO a VALUES (2, 2); INSERT INTO b VALUES (1, 1); ROLLBACK TO s; INSERT INTO b VALUES (2, 2); COMMIT;
        BEGIN; SAVEPOINT one; INSERT INTO a VALUES (3, 3); SAVEPOINT two; UPDATE a SET v = v + 1; RELEASE SAVEPOINT two; ROLLBACK TO one;
        INSERT INTO b VALUES (3, 3); SAVEPOINT `odd ``name`; DELETE FROM a; ROLLBACK TO `odd ``name`; COMMIT;
        BEGIN; UPDATE a SET v = 7; SAVEPOINT x; UPDATE a SET v = 8; SAVEPOINT x; UPDATE a SET v = 9; ROLLBACK TO SAVEPOINT x; COMMIT AND CHAIN;
        INSERT INTO a VALUES (50, 50); ROLLBACK AND NO CHAIN;
        INSERT IGNORE INTO a VALUES (1, 99), (60, 60);
        BEGIN; INSERT INTO a VALUES (70, 70); CREATE TABLE implicit_commit (id INT PRIMARY KEY); INSERT INTO implicit_commit VALUES (1); ROLLBACK;
        """;

    private const string KeyChange = """
        CREATE TABLE a (id INT PRIMARY KEY, v TEXT, w INT);
        CREATE TABLE b (x INT, y VARCHAR(10), z INT, PRIMARY KEY (y, x));
        INSERT INTO a VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, NULL, 4);
        INSERT INTO b VALUES (1, 'a', 1), (2, 'a', 2), (1, 'b', 3);
        UPDATE a SET id = id + 1 ORDER BY id DESC;
        UPDATE a SET id = id - 1 ORDER BY id;
        UPDATE a SET id = 100 - id, w = w + 1;
        UPDATE b SET y = 'c' WHERE x = 1 AND y = 'a';
        UPDATE b SET y = UPPER(y);
        BEGIN; UPDATE a SET id = 1 WHERE id = 97; UPDATE a SET id = 97 WHERE id = 98; UPDATE a SET id = 98 WHERE id = 1; COMMIT;
        SET SESSION binlog_row_image = 'MINIMAL';
        UPDATE a SET id = id + 5 WHERE id > 97;
        UPDATE b SET x = x + 10, z = 0 WHERE y = 'B';
        SET SESSION binlog_row_image = 'NOBLOB';
        UPDATE a SET id = id + 50 WHERE id < 98;
        DELETE FROM a WHERE id = 99;
        """;

    private const string Keyless = """
        CREATE TABLE a (v INT, w VARCHAR(10));
        CREATE TABLE u (v INT NOT NULL, w VARCHAR(10), x TEXT, UNIQUE KEY (v));
        CREATE TABLE n (v INT, w TEXT, UNIQUE KEY (v));
        INSERT INTO a VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL), (NULL, NULL), (NULL, NULL);
        INSERT INTO u VALUES (1, 'x', 'long'), (2, 'x', NULL); INSERT INTO n VALUES (1, 'x'), (NULL, 'y'), (NULL, 'y');
        DELETE FROM a WHERE v = 1 LIMIT 1;
        UPDATE a SET w = 'y' WHERE v = 1 LIMIT 1;
        DELETE FROM a WHERE v IS NULL LIMIT 1;
        SET SESSION binlog_row_image = 'MINIMAL';
        UPDATE a SET v = 3 WHERE v = 2; DELETE FROM a WHERE w = 'y'; UPDATE u SET w = 'z' WHERE v = 1; UPDATE n SET w = 'q' WHERE v IS NULL LIMIT 1;
        UPDATE u SET v = v + 10;
        SET SESSION binlog_row_image = 'NOBLOB';
        UPDATE u SET w = 'w'; UPDATE n SET v = 9 WHERE w = 'x'; DELETE FROM u WHERE v = 12;
        SET SESSION binlog_row_image = 'FULL';
        UPDATE a SET w = 'end'; UPDATE u SET x = 'end'; UPDATE n SET w = CONCAT(w, '!');
        """;
}
