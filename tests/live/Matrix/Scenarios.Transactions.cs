using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <content>What transactions of unusual kinds leave in the log.</content>
public static partial class Scenarios
{
    private const string Mixed = """
        CREATE TABLE i (id INT PRIMARY KEY, v INT) ENGINE = InnoDB;
        CREATE TABLE m (id INT PRIMARY KEY AUTO_INCREMENT, v INT) ENGINE = MyISAM;
        CREATE TABLE m2 (v INT) ENGINE = MyISAM;
        INSERT INTO m VALUES (1, 1), (2, 2);
        BEGIN; INSERT INTO i VALUES (1, 1); INSERT INTO m VALUES (3, 3); INSERT INTO i VALUES (2, 2); COMMIT;
        BEGIN; INSERT INTO m VALUES (4, 4); INSERT INTO i VALUES (3, 3); COMMIT;
        BEGIN; INSERT INTO i VALUES (4, 4); INSERT INTO m VALUES (5, 5); ROLLBACK;
        BEGIN; INSERT INTO m VALUES (6, 6); INSERT INTO i VALUES (4, 4); UPDATE m SET v = 60 WHERE id = 6; ROLLBACK;
        BEGIN; INSERT INTO i VALUES (4, 4); SAVEPOINT s; INSERT INTO i VALUES (5, 5); INSERT INTO m VALUES (7, 7); ROLLBACK TO s; INSERT INTO i VALUES (6, 6); COMMIT;
        CREATE TRIGGER both_engines AFTER INSERT ON i FOR EACH ROW INSERT INTO m2 VALUES (NEW.id);
        INSERT INTO i VALUES (10, 10), (11, 11);
        BEGIN; INSERT INTO i VALUES (12, 12); ROLLBACK;
        UPDATE i JOIN m ON i.id = m.id SET i.v = 100, m.v = 200;
        ALTER TABLE m ENGINE = InnoDB;
        BEGIN; UPDATE m SET v = v + 1; ROLLBACK; UPDATE m SET v = v + 1;
        TRUNCATE m2; INSERT INTO m2 VALUES (1); DELETE FROM m2;
        """;

    private const string Xa = """
        CREATE TABLE a (id INT PRIMARY KEY, v INT);
        CREATE TABLE b (id INT PRIMARY KEY, v INT);
        XA START '{db}1'; INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 1); XA END '{db}1'; XA COMMIT '{db}1' ONE PHASE;
        XA START '{db}2', 'branch', 7; INSERT INTO a VALUES (3, 3); XA END '{db}2', 'branch', 7; XA PREPARE '{db}2', 'branch', 7; XA COMMIT '{db}2', 'branch', 7;
        XA START '{db}3'; INSERT INTO a VALUES (4, 4); XA END '{db}3'; XA PREPARE '{db}3'; XA ROLLBACK '{db}3';
        XA START '{db}4'; INSERT INTO a VALUES (4, 4); XA END '{db}4'; XA ROLLBACK '{db}4';
        @session one
        XA START '{db}5'; INSERT INTO a VALUES (50, 5); UPDATE b SET v = 5 WHERE id = 1; XA END '{db}5'; XA PREPARE '{db}5';
        @session two
        XA START X'00FF', '{db}6'; INSERT INTO a VALUES (60, 6), (61, 6); XA END X'00FF', '{db}6'; XA PREPARE X'00FF', '{db}6';
        @session three
        XA START '{db}7'; INSERT INTO a VALUES (70, 7); XA END '{db}7'; XA PREPARE '{db}7';
        @session main
        INSERT INTO a VALUES (5, 5); BEGIN; INSERT INTO b VALUES (2, 2); INSERT INTO a VALUES (6, 6); COMMIT;
        @close one
        @close two
        @session main
        SELECT SLEEP(0.3);
        INSERT INTO a VALUES (7, 7);
        XA COMMIT X'00FF', '{db}6';
        INSERT INTO a VALUES (8, 8);
        FLUSH BINARY LOGS;
        XA COMMIT '{db}5';
        @session three
        XA ROLLBACK '{db}7';
        INSERT INTO a VALUES (70, 70);
        XA START '{db}5'; DELETE FROM a WHERE id = 50; SELECT * FROM b; XA END '{db}5'; XA PREPARE '{db}5'; XA COMMIT '{db}5';
        XA START '{db}8'; SELECT * FROM b; XA END '{db}8'; XA PREPARE '{db}8'; XA COMMIT '{db}8';
        UPDATE a SET v = v + 1;
        """;

    private const string RowImages = """
        CREATE TABLE t (id INT PRIMARY KEY, v INT, w VARCHAR(20) DEFAULT 'd', big TEXT, bl BLOB, u INT DEFAULT 4);
        CREATE TABLE u (id INT NOT NULL, v INT, big TEXT, UNIQUE KEY (id));
        INSERT INTO t VALUES (1, 1, 'a', 'b', 'c', 1), (2, 2, NULL, NULL, NULL, NULL), (3, 3, '', '', '', 0);
        INSERT INTO u VALUES (1, 1, 'big'), (2, NULL, NULL);
        SET SESSION binlog_row_image = 'MINIMAL';
        UPDATE t SET v = v + 1; UPDATE t SET big = 'changed', u = NULL WHERE id = 1; INSERT INTO t (id, v, w, big, bl, u) VALUES (4, 4, 'w', 'x', 'y', 5);
        UPDATE u SET v = 7 WHERE id = 2; DELETE FROM t WHERE id = 3; REPLACE INTO t VALUES (2, 20, 'r', 's', 't', 6);
        INSERT INTO t VALUES (4, 1, 'x', 'x', 'x', 1) ON DUPLICATE KEY UPDATE w = 'dup';
        SET SESSION binlog_row_image = 'NOBLOB';
        UPDATE t SET v = v + 1; UPDATE t SET big = CONCAT(big, '!') WHERE id = 4; UPDATE t SET bl = NULL WHERE id = 2; UPDATE u SET big = 'b2' WHERE id = 2;
        INSERT INTO t VALUES (5, 5, 'five', 'five', 'five', 5); DELETE FROM t WHERE id = 5; UPDATE u SET v = 8;
        SET SESSION binlog_row_image = 'FULL';
        UPDATE t SET w = CONCAT(w, '.'); INSERT INTO t VALUES (6, 6, '6', '6', '6', 6);
        BEGIN; SET SESSION binlog_row_image = 'FULL'; UPDATE t SET v = 0 WHERE id = 6; COMMIT;
        SET SESSION binlog_row_image = 'MINIMAL';
        BEGIN; UPDATE t SET v = 1 WHERE id = 6; UPDATE t SET w = 'm' WHERE id = 6; UPDATE u SET v = 9; DELETE FROM t WHERE id = 1; COMMIT;
        """;

    private const string BigRows = """
        CREATE TABLE t (id INT PRIMARY KEY, v LONGTEXT, b LONGBLOB);
        INSERT INTO t VALUES (1, REPEAT('a', 1000000), REPEAT(X'00', 1000000)), (2, 'small', 'small');
        INSERT INTO t VALUES (3, REPEAT('é', 3000000), NULL);
        INSERT INTO t SELECT id + 10, CONCAT(v, id), b FROM t;
        UPDATE t SET v = CONCAT(v, 'x') WHERE id IN (1, 11);
        BEGIN; UPDATE t SET b = REPEAT(X'FF', 2000000) WHERE id = 2; DELETE FROM t WHERE id = 13; COMMIT;
        CREATE TABLE many (id INT PRIMARY KEY AUTO_INCREMENT, v CHAR(200));
        INSERT INTO many (v) VALUES (REPEAT('x', 200)), ('y'), ('z'), ('q');
        INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many;
        INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many; INSERT INTO many (v) SELECT v FROM many;
        UPDATE many SET v = id WHERE id % 3 = 0; DELETE FROM many WHERE id % 7 = 0;
        """;

    private const string RotatedLogs = """
        CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE b (id INT PRIMARY KEY, v INT);
        INSERT INTO a VALUES (1, 1), (2, 2);
        FLUSH BINARY LOGS;
        INSERT INTO a VALUES (3, 3);
        FLUSH BINARY LOGS; FLUSH BINARY LOGS;
        BEGIN; INSERT INTO b VALUES (1, 1), (2, 2);
        @session other
        FLUSH BINARY LOGS;
        INSERT INTO a VALUES (10, 10);
        @session main
        UPDATE a SET v = v + 1; COMMIT;
        FLUSH LOGS;
        ALTER TABLE a ADD COLUMN touch INT NOT NULL DEFAULT 0 FIRST;
        FLUSH BINARY LOGS;
        @touch a
        FLUSH BINARY LOGS;
        RENAME TABLE b TO c;
        @rename b c
        FLUSH BINARY LOGS;
        UPDATE c SET v = 7; DELETE FROM a WHERE id = 1; TRUNCATE TABLE c;
        FLUSH BINARY LOGS;
        INSERT INTO c VALUES (9, 9);
        """;

    private static string? Compressed(Combination combination) => combination.Kind == TestServers.ServerKind.MySql56 ? null
        : combination.IsMariaDb
            ? "SET GLOBAL log_bin_compress_min_len = 10, log_bin_compress = ON;\n" + CompressedBody + "\nSET GLOBAL log_bin_compress = OFF;"
            : "SET SESSION binlog_transaction_compression = ON;\n" + CompressedBody;

    private const string CompressedBody = """
        CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(300), touch INT NOT NULL DEFAULT 0); CREATE TABLE b (id INT PRIMARY KEY, v TEXT);
        INSERT INTO a (v) VALUES (REPEAT('x', 200)), (REPEAT('y', 200)), ('');
        BEGIN; INSERT INTO a (v) SELECT v FROM a; INSERT INTO b SELECT id, REPEAT(v, 20) FROM a; UPDATE a SET v = CONCAT(id, v) WHERE id < 3; DELETE FROM b WHERE id = 1; COMMIT;
        BEGIN; UPDATE b SET v = REVERSE(v); SAVEPOINT s; DELETE FROM b; ROLLBACK TO s; UPDATE a SET v = NULL WHERE id = 2; COMMIT;
        ALTER TABLE a ADD COLUMN w INT DEFAULT 3;
        @touch a
        UPDATE a SET id = id + 1000 WHERE v IS NOT NULL;
        SET SESSION binlog_row_image = 'MINIMAL'; UPDATE a SET w = 5; DELETE FROM b WHERE id = 2;
        """;

    private const string Parents = """
        CREATE TABLE p (id INT PRIMARY KEY, v INT);
        CREATE TABLE c (id INT PRIMARY KEY, p_id INT, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id));
        INSERT INTO p VALUES (1, 1), (2, 2), (3, 3); INSERT INTO c VALUES (10, 1), (11, 1), (12, NULL);
        DELETE FROM p WHERE id = 3; UPDATE c SET p_id = 2; DELETE FROM p WHERE id = 1; UPDATE p SET v = v + 1;
        BEGIN; DELETE FROM c; DELETE FROM p; INSERT INTO p VALUES (5, 5); INSERT INTO c VALUES (13, 5); COMMIT;
        SET foreign_key_checks = 0; DELETE FROM p; INSERT INTO c VALUES (14, 99); SET foreign_key_checks = 1;
        ALTER TABLE c DROP FOREIGN KEY c_p; INSERT INTO c VALUES (15, 100);

        """;

    // Before 9.6, and on MariaDB, the storage engine changes other tables for a foreign key, which no log records.
    private static string ForeignKeys(Combination combination) => combination.Kind != TestServers.ServerKind.MySql97 ? Parents : Parents + """
        CREATE TABLE q (id INT PRIMARY KEY);
        CREATE TABLE d (id INT PRIMARY KEY, q_id INT, FOREIGN KEY (q_id) REFERENCES q (id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE n (id INT PRIMARY KEY, q_id INT, FOREIGN KEY (q_id) REFERENCES q (id) ON DELETE SET NULL ON UPDATE SET NULL);
        CREATE TABLE dd (id INT PRIMARY KEY, d_id INT, FOREIGN KEY (d_id) REFERENCES d (id) ON DELETE CASCADE);
        INSERT INTO q VALUES (1), (2), (3); INSERT INTO d VALUES (1, 1), (2, 1), (3, 2); INSERT INTO n VALUES (1, 1), (2, 2), (3, NULL); INSERT INTO dd VALUES (1, 1), (2, 2), (3, 3);
        DELETE FROM q WHERE id = 1; UPDATE q SET id = 20 WHERE id = 2; DELETE FROM q;
        """;
}
