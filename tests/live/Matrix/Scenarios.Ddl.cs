using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <content>Statements that change tables and databases between rows.</content>
public static partial class Scenarios
{
    private static string Ddl(Combination combination) => """
        CREATE TABLE a (id INT PRIMARY KEY, v INT, touch INT NOT NULL DEFAULT 0);
        CREATE TABLE b (id INT PRIMARY KEY, w TEXT, touch INT NOT NULL DEFAULT 0, x INT);
        INSERT INTO a VALUES (1, 1, 0), (2, 2, 0); INSERT INTO b VALUES (7, 'b', 0, NULL);
        RENAME TABLE a TO c, b TO a, c TO b;
        @swap a b
        UPDATE a SET x = 3; UPDATE b SET v = v + 1; INSERT INTO a VALUES (8, 'two', 1, 1); INSERT INTO b VALUES (3, 3, 3);
        ALTER TABLE a RENAME TO moved; ALTER TABLE b RENAME a; ALTER TABLE moved RENAME AS b;
        @swap a b
        UPDATE a SET v = v + 1; UPDATE b SET w = CONCAT(w, '!');
        CREATE TABLE alike LIKE b; INSERT INTO alike SELECT * FROM b; UPDATE alike SET x = 1;
        CREATE TABLE {db}.`like 2` LIKE {db}.a; INSERT INTO `like 2` SELECT * FROM a;
        CREATE TABLE copied AS SELECT id, v * 2 AS twice, 'lit' AS lit FROM a; UPDATE copied SET twice = twice + 1;
        CREATE TABLE copied2 (id INT PRIMARY KEY, extra INT DEFAULT 5, INDEX (extra)) SELECT id, w FROM b; UPDATE copied2 SET w = 'c';
        CREATE TABLE IF NOT EXISTS a (other_column TEXT); INSERT INTO a VALUES (30, 30, 30);
        CREATE TABLE IF NOT EXISTS alike LIKE a; INSERT INTO alike VALUES (31, 'x', 1, 1);
        DROP TABLE IF EXISTS never_was; DROP TABLE copied, alike;
        @drop copied
        @drop alike
        CREATE TABLE alike (only_one VARCHAR(10)); INSERT INTO alike VALUES ('x'), (NULL); UPDATE alike SET only_one = 'y' WHERE only_one = 'x';
        DROP TABLE b; CREATE TABLE b (touch INT, id BIGINT UNSIGNED, z DATE, PRIMARY KEY (id));
        @drop b
        INSERT INTO b VALUES (1, 18446744073709551615, '2024-01-01'); UPDATE b SET touch = 2;
        /* a comment; with ' a semicolon */ CREATE /* here */ TABLE /*!40000 IF NOT EXISTS */ commented (-- to the end
        id INT PRIMARY KEY COMMENT 'a, b) c', # another
        v ENUM('a)', 'b,c', 'd''e', "f") DEFAULT 'a)' /*!40100 COMMENT 'exec' */, w VARCHAR(10) DEFAULT ')' ) /*!50100 ENGINE = InnoDB */ COMMENT = 'x (y';
        INSERT INTO commented VALUES (1, 'b,c', '('), (2, 'd''e', NULL), (3, 'f', ''); UPDATE commented SET w = 'u';
        /*!50000 ALTER TABLE commented */ ADD COLUMN touch INT NOT NULL DEFAULT 0, COMMENT 'y';
        @touch commented
        CREATE TABLE `select` (`from` INT, `primary` INT, `key` VARCHAR(3), `index` INT, PRIMARY KEY (`primary`)); INSERT INTO `select` VALUES (1, 2, 'k', 3); UPDATE `select` SET `from` = 4;
        SET SESSION sql_mode = 'ANSI_QUOTES'; CREATE TABLE "quo""ted `t`" ("i d" INT PRIMARY KEY, "v,w" TEXT DEFAULT NULL); INSERT INTO "quo""ted `t`" VALUES (1, 'x'); UPDATE "quo""ted `t`" SET "v,w" = 'y'; SET SESSION sql_mode = '';
        CREATE INDEX i ON a (v); DROP INDEX i ON a; ALTER TABLE a ADD INDEX j (v), ADD UNIQUE KEY k (id, v); ALTER TABLE a DROP INDEX j, DROP KEY k, ENGINE = InnoDB, AUTO_INCREMENT = 100;
        ANALYZE TABLE a; OPTIMIZE TABLE a; UPDATE a SET v = v + 1;
        ALTER TABLE a DISABLE KEYS; CREATE VIEW vw AS SELECT * FROM a; UPDATE vw SET v = v + 1; CREATE OR REPLACE VIEW vw AS SELECT id FROM a; DROP VIEW vw;
        """ + (combination.IsMariaDb
            ? """

            CREATE OR REPLACE TABLE a (replaced INT PRIMARY KEY, v TEXT);
            @drop a
            INSERT INTO a VALUES (1, 'r'); UPDATE a SET v = 's'; DROP TABLE IF EXISTS never_was, alike;
            @drop alike
            CREATE SEQUENCE sq; SELECT NEXTVAL(sq); DROP SEQUENCE sq;
            @drop sq
            INSERT INTO a VALUES (2, 'after');
            """
            : "");

    private static string Columns(Combination combination) => """
        CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c VARCHAR(10), d VARCHAR(10), touch INT NOT NULL DEFAULT 0);
        INSERT INTO t VALUES (1, 11, 12, 'c1', 'd1', 0), (2, 21, 22, 'c2', 'd2', 0), (3, NULL, NULL, NULL, NULL, 0);
        ALTER TABLE t ADD COLUMN f INT DEFAULT 9 FIRST;
        @touch t
        ALTER TABLE t ADD g VARCHAR(5) DEFAULT 'g' AFTER a, ADD COLUMN (h INT, i DATE DEFAULT '2020-02-02');
        @touch t
        UPDATE t SET h = 5, g = NULL WHERE id = 2;
        ALTER TABLE t CHANGE COLUMN a b INT, CHANGE b a INT;
        @touch t
        UPDATE t SET a = a + 1; DELETE FROM t WHERE id = 3;
        ALTER TABLE t CHANGE c d VARCHAR(10), CHANGE d c VARCHAR(10) FIRST;
        @touch t
        ALTER TABLE t MODIFY a BIGINT UNSIGNED AFTER touch, MODIFY COLUMN f VARCHAR(20) CHARACTER SET latin1;
        @touch t
        INSERT INTO t (id, a, f) VALUES (4, 18446744073709551615, 'ä');
        ALTER TABLE t DROP COLUMN g, DROP h, ADD g INT AFTER i, ALTER COLUMN i SET DEFAULT '2021-01-01';
        @touch t
        INSERT INTO t (id, i, g) VALUES (5, '2022-02-02', 55);
        ALTER TABLE t DROP PRIMARY KEY;
        @touch t
        UPDATE t SET a = 5 WHERE id = 4; DELETE FROM t WHERE id = 2;
        ALTER TABLE t ADD PRIMARY KEY USING BTREE (id), CONVERT TO CHARACTER SET utf8mb4;
        @touch t
        ALTER TABLE t DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci; ALTER TABLE t ADD COLUMN n VARCHAR(10), ADD m VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
        @touch t
        UPDATE t SET n = 'é', m = '😀', c = '表';
        ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4, ADD CONSTRAINT ch UNIQUE (id, b), ADD e ENUM('x', 'y') NOT NULL DEFAULT 'y', ADD s SET('p', 'q') AFTER e;
        @touch t
        UPDATE t SET e = 'x', s = 'p,q' WHERE id = 1;
        ALTER TABLE t MODIFY e ENUM('y', 'x', 'z') NOT NULL, MODIFY s SET('q', 'r', 'p');
        @touch t
        UPDATE t SET e = 'z', s = 'r' WHERE id = 4;
        ALTER TABLE t RENAME TO t2, ADD COLUMN last INT DEFAULT 1;
        @rename t t2
        @touch t2
        UPDATE t2 SET last = 2;
        """ + (combination.Kind == ServerKind.MySql56 ? "" : """

        ALTER TABLE t2 RENAME COLUMN b TO i2, RENAME COLUMN g TO b;
        @touch t2
        ALTER TABLE t2 RENAME COLUMN b TO i2, RENAME COLUMN i2 TO b;
        @touch t2
        UPDATE t2 SET i2 = 77, b = 78 WHERE id = 1;
        """) + (combination.Kind == ServerKind.MySql97 ? """

        ALTER TABLE t2 ADD COLUMN instant1 INT DEFAULT 3 AFTER id, ALGORITHM = INSTANT;
            ALTER TABLE t2 DROP COLUMN last, ALGORITHM = INSTANT;
        @touch t2
        CREATE TABLE expr (id INT PRIMARY KEY DEFAULT (1 + 2), u VARCHAR(36) DEFAULT (CONCAT('a,', '(b)')), CHECK (id > 0),
            CONSTRAINT cc CHECK (u <> ')'), INDEX ((id + 1)));
        INSERT INTO expr () VALUES (); UPDATE expr SET u = 'u';
        """ : "") + (combination.IsMariaDb ? """

        ALTER TABLE t2 ADD COLUMN IF NOT EXISTS last INT; ALTER TABLE t2 DROP COLUMN IF EXISTS never, DROP COLUMN IF EXISTS last,
            ADD COLUMN IF NOT EXISTS fresh INT DEFAULT 6;
        @touch t2
        ALTER TABLE IF EXISTS t2 MODIFY COLUMN IF EXISTS fresh BIGINT FIRST; ALTER TABLE t2 CHANGE COLUMN IF EXISTS nothing nothing2 INT;
        @touch t2
        CREATE TABLE expr (id INT PRIMARY KEY DEFAULT (1 + 2), u VARCHAR(36) DEFAULT (CONCAT('a,', '(b)')), CHECK (id > 0),
            CONSTRAINT cc CHECK (u <> ')'));
        INSERT INTO expr () VALUES (); UPDATE expr SET u = 'u';
        CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING; DROP TABLE versioned;
        """ : "");

    private static string Databases(Combination combination) => """
        CREATE DATABASE {db}_two DEFAULT CHARACTER SET latin1;
        CREATE TABLE {db}_two.t (id INT PRIMARY KEY, v VARCHAR(10), touch INT NOT NULL DEFAULT 0);
        INSERT INTO {db}_two.t VALUES (1, 'ä', 0), (2, NULL, 0); UPDATE {db}_two.t SET v = 'é';
        ALTER DATABASE {db}_two CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
        CREATE TABLE {db}_two.u (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO {db}_two.u VALUES (1, '😀'); UPDATE {db}_two.u SET v = 'ü😀';
        ALTER TABLE {db}_two.t ADD w VARCHAR(10) DEFAULT 'ß';
        @touch {db}_two.t
        RENAME TABLE {db}_two.t TO {db}.t;
        @rename {db}_two.t {db}.t
        UPDATE t SET v = 'ö';
        ALTER TABLE t RENAME {db}_two.moved;
        @rename {db}.t {db}_two.moved
        UPDATE {db}_two.moved SET v = 'ñ'; INSERT INTO {db}_two.moved VALUES (5, 'å', 1, 'ø');
        USE {db}_two; CREATE TABLE here (id INT PRIMARY KEY, v TEXT); INSERT INTO here VALUES (1, '語'); UPDATE here SET v = '表';
            INSERT INTO {db}_two.here VALUES (2, 'q'); USE {db};
        CREATE TABLE here LIKE {db}_two.moved; INSERT INTO here SELECT * FROM {db}_two.moved; UPDATE here SET v = 'x';
        DROP DATABASE {db}_two;
        @dropdb {db}_two
        CREATE DATABASE {db}_two CHARACTER SET utf8mb4; CREATE TABLE {db}_two.t (other TEXT, id INT PRIMARY KEY);
            INSERT INTO {db}_two.t VALUES ('again', 1); UPDATE {db}_two.t SET other = 'changed';
        CREATE DATABASE IF NOT EXISTS {db}_two CHARACTER SET latin1; CREATE TABLE {db}_two.v (id INT PRIMARY KEY, v VARCHAR(10));
            INSERT INTO {db}_two.v VALUES (1, '😀');
        CREATE TEMPORARY TABLE here (temp INT); INSERT INTO here VALUES (99); DROP TEMPORARY TABLE here;
            INSERT INTO here (id, v) VALUES (100, 'real');
        CREATE TEMPORARY TABLE tmp2 LIKE here; ALTER TABLE tmp2 ADD COLUMN z INT; INSERT INTO tmp2 (id) VALUES (1); DROP TABLE tmp2;
        CREATE TABLE from_temp (id INT PRIMARY KEY, v VARCHAR(10)); CREATE TEMPORARY TABLE src AS SELECT id, v FROM here;
            INSERT INTO from_temp SELECT * FROM src; DROP TABLE src, from_temp;
        @drop from_temp
        TRUNCATE TABLE {db}_two.v; TRUNCATE {db}_two.t; INSERT INTO {db}_two.t VALUES ('last', 3);
        BEGIN; INSERT INTO here (id) VALUES (101); TRUNCATE {db}_two.v; ROLLBACK;
        """ + (combination.IsMariaDb ? "\nCREATE OR REPLACE DATABASE {db}_two;\n@dropdb {db}_two\nINSERT INTO here (id) VALUES (102);" : "");

    private static string? Generated(Combination combination) => combination.Kind != ServerKind.MySql97 ? null
        : """
        CREATE TABLE g (id INT PRIMARY KEY, v INT, twice INT AS (v * 2) STORED, thrice INT AS (v * 3) VIRTUAL, w VARCHAR(10),
            hidden INT DEFAULT 7 INVISIBLE, touch INT NOT NULL DEFAULT 0);
        INSERT INTO g (id, v, w) VALUES (1, 5, 'a'), (2, NULL, NULL); UPDATE g SET v = 6; INSERT INTO g (id, v, hidden) VALUES (3, 1, NULL);
        ALTER TABLE g ADD COLUMN four INT GENERATED ALWAYS AS (v * 4) VIRTUAL AFTER id, ADD five INT AS (v + 5) STORED FIRST;
        @touch g
        SET SESSION binlog_row_image = 'MINIMAL'; UPDATE g SET w = 'm'; SET SESSION binlog_row_image = 'FULL'; UPDATE g SET v = v + 1;
        ALTER TABLE g DROP COLUMN twice, DROP COLUMN four;
        @touch g
        UPDATE g SET hidden = 8;
        SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE gipk (v INT); INSERT INTO gipk VALUES (3), (4);
            UPDATE gipk SET v = 5 WHERE v = 3; DELETE FROM gipk WHERE v = 4;
        CREATE TABLE gipk2 LIKE gipk; INSERT INTO gipk2 VALUES (1); SET SESSION sql_generate_invisible_primary_key = OFF;
            ALTER TABLE g ALTER COLUMN hidden SET VISIBLE, ALTER COLUMN w SET INVISIBLE; UPDATE g SET w = 'i';
        ALTER TABLE g ADD INDEX f ((v * 2)); UPDATE g SET v = v + 1;
        """;

    private const string Partitions = """
        CREATE TABLE p (id INT, v INT, touch INT NOT NULL DEFAULT 0, PRIMARY KEY (id)) PARTITION BY RANGE (id) (
            PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20), PARTITION pm VALUES LESS THAN MAXVALUE);
        INSERT INTO p (id, v) VALUES (1, 1), (11, 11), (21, 21), (31, 31); UPDATE p SET v = v + 1; UPDATE p SET id = 12 WHERE id = 1;
        ALTER TABLE p REORGANIZE PARTITION pm INTO (PARTITION p2 VALUES LESS THAN (30), PARTITION pm VALUES LESS THAN MAXVALUE);
            UPDATE p SET v = v + 1;
        ALTER TABLE p ADD COLUMN w INT DEFAULT 4 REMOVE PARTITIONING;
        @touch p
        ALTER TABLE p PARTITION BY HASH (id) PARTITIONS 3; INSERT INTO p (id, v) VALUES (40, 40); ALTER TABLE p ADD PARTITION PARTITIONS 2;
            ALTER TABLE p COALESCE PARTITION 1; ALTER TABLE p REBUILD PARTITION ALL; UPDATE p SET w = 6;
        CREATE TABLE plain LIKE p; ALTER TABLE plain REMOVE PARTITIONING; INSERT INTO plain SELECT * FROM p; UPDATE plain SET v = 0;
            TRUNCATE TABLE p; INSERT INTO p (id) VALUES (3);
        """;

    private const string CharacterSets = """
        CREATE TABLE c (id INT PRIMARY KEY, l VARCHAR(30) CHARACTER SET latin1, g VARCHAR(30) CHARACTER SET gbk,
            s VARCHAR(30) CHARACTER SET sjis, u3 VARCHAR(30) CHARACTER SET utf8, u2 VARCHAR(30) CHARACTER SET ucs2,
          u16 VARCHAR(30) CHARACTER SET utf16, u32 CHAR(10) CHARACTER SET utf32, m VARCHAR(30) CHARACTER SET utf8mb4,
              l2 TEXT CHARACTER SET latin2, cp VARCHAR(30) CHARACTER SET cp1251, ko TEXT CHARACTER SET koi8r,
          eu VARCHAR(30) CHARACTER SET euckr, uj VARCHAR(30) CHARACTER SET ujis, b5 VARCHAR(30) CHARACTER SET big5,
              a VARCHAR(30) CHARACTER SET ascii, gb CHAR(10) CHARACTER SET gb2312, b VARCHAR(30) CHARACTER SET binary,
          e ENUM('ä', 'ö') CHARACTER SET latin1, st SET('日', '本') CHARACTER SET sjis, c32 VARCHAR(30) CHARACTER SET cp932,
              ej VARCHAR(30) CHARACTER SET eucjpms, he VARCHAR(30) CHARACTER SET hebrew, gr VARCHAR(30) CHARACTER SET greek);
        INSERT INTO c VALUES (1, 'äß€', '中文', '日本ソ', 'é語', 'é語', '😀é', '😀x', '😀語', 'łąž', 'привет', 'привет', '한글', '日本', '中文', 'ascii',
            '中文', X'00FF', 'ö', '日,本', '日本①', '日本', 'שלום', 'γειά');
        INSERT INTO c (id) VALUES (2);
        UPDATE c SET l = 'é', g = '漢', s = '表', u2 = 'ü', gb = '国', e = 'ä', st = '本' WHERE id = 2;
        CREATE TABLE k (k VARCHAR(10) CHARACTER SET sjis PRIMARY KEY, v CHAR(5) CHARACTER SET ucs2);
            INSERT INTO k VALUES ('表', 'é'), ('ソ', NULL); UPDATE k SET v = 'z'; DELETE FROM k WHERE k = '表';
        CREATE TABLE d (id INT PRIMARY KEY, v VARCHAR(10), w VARCHAR(10) COLLATE latin1_bin, n NVARCHAR(10), nc NATIONAL CHAR(5),
            touch INT NOT NULL DEFAULT 0) DEFAULT CHARSET = latin1;
        INSERT INTO d VALUES (1, 'a', 'o', '語', '語', 0); UPDATE d SET v = 'ü';
        ALTER TABLE d CONVERT TO CHARACTER SET gbk;
        @touch d
        UPDATE d SET v = '中';
        SET NAMES latin1; SET NAMES utf8mb4; SET character_set_client = utf8mb4; CREATE TABLE `größe表` (`ключ` INT PRIMARY KEY, `é` TEXT);
            INSERT INTO `größe表` VALUES (1, '😀'); UPDATE `größe表` SET `é` = 'x';
        """;

    // gh-ost: _t_gho filled by INSERT IGNORE … SELECT and REPLACE, a changelog table, an atomic swap. pt-osc: _t_new and triggers.
    private static string OnlineChange(Combination combination) => """
        CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20), touch INT NOT NULL DEFAULT 0);
        INSERT INTO t (a, b) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
        CREATE /* gh-ost */ TABLE `{db}`.`_t_ghc` (id BIGINT UNSIGNED AUTO_INCREMENT,
            last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
            hint VARCHAR(64) CHARACTER SET ascii NOT NULL,
          value VARCHAR(4096) CHARACTER SET ascii NOT NULL, PRIMARY KEY (id), UNIQUE KEY hint_uidx (hint)) AUTO_INCREMENT =
              256 COMMENT = 'gh-ost';
        CREATE /* gh-ost */ TABLE `{db}`.`_t_gho` LIKE `{db}`.`t`;
        ALTER /* gh-ost */ TABLE `{db}`.`_t_gho` ADD COLUMN c INT DEFAULT 5 FIRST, MODIFY b VARCHAR(40) AFTER id;
        INSERT /* gh-ost */ INTO `_t_ghc` (id, hint, value) VALUES (NULLIF(2, 0), 'state',
            'Migrated') ON DUPLICATE KEY UPDATE last_update = NOW(), value = VALUES(value);
        INSERT /* gh-ost */ IGNORE INTO `_t_gho` (id, a, b, touch) (SELECT id, a, b,
            touch FROM t FORCE INDEX (PRIMARY) WHERE id <= 2 LOCK IN SHARE MODE);
        INSERT INTO t (a, b) VALUES (5, 'live'); UPDATE t SET b = 'live2' WHERE id = 1; DELETE FROM t WHERE id = 2;
        REPLACE /* gh-ost */ INTO `_t_gho` (id, a, b, touch) VALUES (5, 5, 'live', 0); UPDATE `_t_gho` SET b = 'live2' WHERE id = 1;
            DELETE FROM `_t_gho` WHERE id = 2;
        INSERT /* gh-ost */ IGNORE INTO `_t_gho` (id, a, b, touch) (SELECT id, a, b, touch FROM t WHERE id > 2);
        CREATE TABLE `_t_del` (id INT AUTO_INCREMENT PRIMARY KEY) COMMENT = 'ghost-cut-over-sentry'; DROP TABLE IF EXISTS `_t_del`;
        RENAME /* gh-ost */ TABLE `{db}`.`t` TO `{db}`.`_t_del`, `{db}`.`_t_gho` TO `{db}`.`t`;
        @rename t _t_del
        @rename _t_gho t
        INSERT INTO t (a, b) VALUES (6, 'after'); UPDATE t SET c = 8 WHERE id = 1;
        DROP /* gh-ost */ TABLE IF EXISTS `{db}`.`_t_ghc`; DROP TABLE `_t_del`;
        @drop _t_ghc
        @drop _t_del
        CREATE TABLE `{db}`.`_t_new` (`c` INT DEFAULT '5', `id` INT NOT NULL AUTO_INCREMENT, `b` VARCHAR(40) DEFAULT NULL,
            `a` INT DEFAULT NULL, `touch` INT NOT NULL DEFAULT '0',
            PRIMARY KEY (`id`)) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4;
        ALTER TABLE `{db}`.`_t_new` DROP COLUMN c, ADD COLUMN d DATETIME(3) DEFAULT '2024-01-01', ADD INDEX (a);
        CREATE TRIGGER `pt_osc_del` AFTER DELETE ON t FOR EACH ROW DELETE IGNORE FROM `{db}`.`_t_new` WHERE `_t_new`.id <=> OLD.id;
        CREATE TRIGGER `pt_osc_upd` AFTER UPDATE ON t FOR EACH ROW REPLACE INTO `{db}`.`_t_new` (id, b, a, touch) VALUES (NEW.id, NEW.b,
            NEW.a, NEW.touch);
        CREATE TRIGGER `pt_osc_ins` AFTER INSERT ON t FOR EACH ROW REPLACE INTO `{db}`.`_t_new` (id, b, a, touch) VALUES (NEW.id, NEW.b,
            NEW.a, NEW.touch);
        UPDATE t SET b = 'trigger' WHERE id = 3; INSERT INTO t (a, b) VALUES (9, 'new'); DELETE FROM t WHERE id = 4;
        INSERT LOW_PRIORITY IGNORE INTO `_t_new` (id, b, a, touch) SELECT id, b, a,
            touch FROM t FORCE INDEX (`PRIMARY`) WHERE id >= 1 LOCK IN SHARE MODE;
        BEGIN; UPDATE t SET a = a + 1; DELETE FROM t WHERE id = 5; COMMIT;
        RENAME TABLE `{db}`.`t` TO `{db}`.`_t_old`, `{db}`.`_t_new` TO `{db}`.`t`;
        @rename t _t_old
        @rename _t_new t
        DROP TRIGGER IF EXISTS pt_osc_del; DROP TRIGGER IF EXISTS pt_osc_upd; DROP TRIGGER IF EXISTS pt_osc_ins;
        DROP TABLE IF EXISTS `{db}`.`_t_old`;
        @drop _t_old
        INSERT INTO t (a, b, d) VALUES (100, 'end', '2024-05-06 07:08:09.123'); UPDATE t SET a = a + 1;
        """ + (combination.Kind == ServerKind.MySql56 ? "" : "\nALTER TABLE t RENAME INDEX a TO a2; UPDATE t SET a = a + 1;");
}
