namespace CdcEmbedded.ServerTests.Matrix;

/// <content>Statements that change tables while their rows are being delivered.</content>
public static partial class Scenarios
{
    private const string MoreDdl = """
        CREATE TABLE a (id INT PRIMARY KEY, touch INT NOT NULL DEFAULT 0, v VARCHAR(20), w VARCHAR(20));
        CREATE TABLE b (id INT PRIMARY KEY, touch INT NOT NULL DEFAULT 0, x INT UNSIGNED, e ENUM('p','q') CHARACTER SET latin1);
        INSERT INTO a VALUES (1, 0, 'v1', 'w1'), (2, 0, 'v2', 'w2'); INSERT INTO b VALUES (1, 0, 4000000000, 'q');
        CREATE TABLE IF NOT EXISTS a (other TEXT);
        CREATE TABLE c LIKE b; INSERT INTO c SELECT * FROM b;
        RENAME TABLE a TO tmp, b TO a, tmp TO b;
        @swap a b
        INSERT INTO a VALUES (2, 0, 7, 'p'); INSERT INTO b VALUES (3, 0, 'v3', 'w3');
        ALTER TABLE b CHANGE COLUMN v w VARCHAR(20), CHANGE w v VARCHAR(20);
        @touch b
        INSERT INTO b VALUES (4, 0, 'now w', 'now v');
        ALTER TABLE b ADD COLUMN first BIGINT UNSIGNED DEFAULT 9 FIRST, ADD (m1 DECIMAL(10,3) DEFAULT -1.5, m2 DATETIME(3) NULL), ADD COLUMN aft TEXT AFTER touch;
        @touch b
        INSERT INTO b (id, m1, aft, m2) VALUES (5, 2.25, 'after', '2024-03-09 12:33:58.125');
        ALTER /* a comment, with ` quotes */ TABLE b MODIFY COLUMN first INT AFTER id, DROP m1, /*!50000 ADD COLUMN ex VARCHAR(5) DEFAULT 'ex' */;
        @touch b
        INSERT INTO b (id, first, ex) VALUES (6, -6, 'e6');
        ALTER TABLE b CONVERT TO CHARACTER SET utf8mb4;
        @touch b
        ALTER TABLE b DROP PRIMARY KEY, ADD PRIMARY KEY (id), RENAME TO d;
        @rename b d
        @touch d
        INSERT INTO d (id, w) VALUES (7, 'ünï');
        TRUNCATE TABLE c; INSERT INTO c VALUES (9, 0, 1, 'p');
        CREATE TEMPORARY TABLE d (z INT); INSERT INTO d VALUES (1); DROP TEMPORARY TABLE d;
        DROP TABLE IF EXISTS nothing, a;
        @drop a
        CREATE TABLE a (only_one VARBINARY(8)); INSERT INTO a (only_one) VALUES (x'00ff');
        SET sql_mode = 'ANSI_QUOTES'; ALTER TABLE "a" ADD COLUMN "touch" INT DEFAULT 0, ADD COLUMN "q""t" INT DEFAULT 1; SET sql_mode = '';
        @touch a
        CREATE TABLE copied AS SELECT id, w FROM d ORDER BY id;
        """;

    private const string RenameColumns = """

        ALTER TABLE d RENAME COLUMN v TO w, RENAME COLUMN w TO v;
        @touch d
        INSERT INTO d (id, v, w) VALUES (8, 'v8', 'w8');
        ALTER TABLE d ADD COLUMN hidden INT DEFAULT 3 INVISIBLE;
        @touch d
        """;

    private const string DdlBetween = """
        CREATE TABLE a (id INT PRIMARY KEY, touch INT NOT NULL DEFAULT 0, x VARCHAR(10), y VARCHAR(10));
        INSERT INTO a VALUES (1, 0, 'x', 'y');
        ALTER TABLE a DROP COLUMN x, ADD COLUMN x VARCHAR(10) DEFAULT 'new' AFTER y;
        @touch a
        BEGIN; INSERT INTO a VALUES (2, 0, 'y2', 'x2'); UPDATE a SET x = 'both'; COMMIT;
        ALTER TABLE a CHANGE x y VARCHAR(10), CHANGE y x VARCHAR(10);
        @touch a
        INSERT INTO a VALUES (3, 0, 'x3', 'y3');
        DROP TABLE a;
        @drop a
        CREATE TABLE a (touch INT, id INT PRIMARY KEY, z DATE); INSERT INTO a VALUES (1, 2, '2024-02-29');
        ALTER TABLE a ADD INDEX (z), COMMENT = 'ADD COLUMN no INT', ENGINE = InnoDB;
        @touch a
        """;

    private const string CutOver = """
        CREATE TABLE t (id INT PRIMARY KEY, touch INT NOT NULL DEFAULT 0, v VARCHAR(10)); INSERT INTO t VALUES (1, 0, 'one'), (2, 0, 'two');
        CREATE TABLE _t_gho LIKE t; ALTER TABLE _t_gho ADD COLUMN n BIGINT DEFAULT 5;
        INSERT INTO _t_gho (id, touch, v) SELECT id, touch, v FROM t;
        RENAME TABLE t TO _t_del, _t_gho TO t;
        @touch t
        INSERT INTO t VALUES (3, 0, 'three', 3);
        DROP TABLE _t_del;
        CREATE TABLE _t_new LIKE t; ALTER TABLE _t_new DROP COLUMN v, ADD COLUMN v INT FIRST;
        INSERT INTO _t_new (id, touch, n) SELECT id, touch, n FROM t;
        RENAME TABLE t TO _t_old, _t_new TO t;
        @touch t
        INSERT INTO t VALUES (40, 4, 0, 4);
        DROP TABLE IF EXISTS _t_old;
        """;
}
