using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <content>Forms of what was once read wrongly: other statements, types and row images than those that were reported.</content>
public static partial class Scenarios
{
    private const string OuterJoins = """
        create table a (v int, w int); create table d (id int not null, v int not null, w int not null);
        create table e (id int primary key, d_id int not null, s varchar(10) not null, f enum('p','q') not null);
        insert into a values (1,1),(2,2),(9,9); insert into d values (1,1,1),(2,2,2),(3,7,7);
        insert into e values (1,1,'x','p'),(2,2,'y','q'),(3,50,'z','p');
        update a left join d on a.v=d.v set d.w=5, a.w=6;
        update d right join a on a.v=d.v set d.w=d.w+1, a.w=7 where a.v < 5;
        update a left join (d left join e on e.d_id = d.id) on a.v = d.v set e.s = 'joined', d.w = 20, a.w = 21, e.f = 'q';
        delete a, d from a left join d on a.v = d.v where a.v = 2;
        delete e from d right join e on e.d_id = d.id where d.id is null;
        insert into e select d.id + 100, coalesce(a.v, 0), 'ins', 'p' from d left join a on a.v = d.v on duplicate key update s = 'dup';
        create table k (id int not null, v int not null, w bigint unsigned not null default 5, unique (id));
        insert into k values (1,1,1),(2,2,2);
        update a left join k on a.v = k.id set k.v = 100, k.w = 18446744073709551615, a.w = 1;
        delete k from a left join k on a.v = k.id;
        update k left join a on a.v = k.id set a.w = 3, k.v = k.v + 1;
        set session binlog_row_image = 'MINIMAL';
        update a left join e on a.v = e.id set e.s = 'min', a.w = 30; update e left join k on k.id = e.id set k.v = 55, e.s = 'w';
        delete a, e from e left join a on a.v = e.id where e.id = 1;
        """;

    // MariaDB's FULL_NODUP omits from the image after an update what is in the one before it.
    private static string KeysUnderImages(Combination combination) => combination.Kind == ServerKind.MariaDb118
        ? KeyImages.Replace("NOBLOB", "FULL_NODUP", StringComparison.Ordinal) : KeyImages;

    private const string KeyImages = """
        CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(5), big TEXT, w INT NOT NULL DEFAULT 3);
        CREATE TABLE c (a INT, b VARCHAR(5), v INT, t BLOB, PRIMARY KEY (b, a));
        CREATE TABLE u (id INT NOT NULL, v INT, t TEXT, UNIQUE (id)); CREATE TABLE u2 (id INT, v INT, t TEXT, UNIQUE (id));
        INSERT INTO t VALUES (1,'a','b',1),(2,'c','d',2); INSERT INTO c VALUES (1,'x',1,'q'),(2,'y',2,'r');
        INSERT INTO u VALUES (1,1,'t'),(2,2,'u'); INSERT INTO u2 VALUES (1,1,'t'),(NULL,2,'u');
        SET SESSION binlog_row_image='MINIMAL'; UPDATE t SET id = id + 10; UPDATE c SET a = a + 10;
        UPDATE c SET b = 'z' WHERE a = 11; UPDATE u SET id = id + 10; UPDATE u2 SET id = 7 WHERE id = 1;
        UPDATE t SET id = id + 10, v = 'n';
        SET SESSION binlog_row_image='NOBLOB'; UPDATE t SET id = id + 10; UPDATE c SET a = a + 10; UPDATE u SET id = id + 10;
        UPDATE u2 SET id = 8 WHERE id = 7; UPDATE t SET id = id + 10, big = 'changed';
        SET SESSION binlog_row_image='FULL'; UPDATE t SET id = id + 10; UPDATE u2 SET v = 9;
        SET SESSION binlog_row_image='MINIMAL'; BEGIN; UPDATE t SET id = 500 WHERE id = 51; UPDATE t SET id = 51 WHERE id = 52;
        UPDATE t SET id = 52 WHERE id = 500; DELETE FROM c; INSERT INTO c VALUES (1,'n',1,NULL); COMMIT;
        REPLACE INTO t VALUES (51, 'r', 'r', 1); INSERT INTO t (id) VALUES (52) ON DUPLICATE KEY UPDATE id = 53, v = 'odku';
        REPLACE INTO u VALUES (21, 5, 'rep');
        """;

    private const string LabelSets = """
        CREATE TABLE t (id INT PRIMARY KEY, e1 ENUM('ä','ö') CHARACTER SET latin1, e2 ENUM('日本','語') CHARACTER SET sjis,
            e3 SET('да','нет') CHARACTER SET cp1251, e4 ENUM('中','文') CHARACTER SET gbk, e5 ENUM('x','y') CHARACTER SET ucs2,
            e6 SET('ü','😀') CHARACTER SET utf8mb4, e7 ENUM('é','語') CHARACTER SET utf32, e8 ENUM('ł') CHARACTER SET latin2,
            e9 ENUM('日本') CHARACTER SET ujis, c1 VARCHAR(9) CHARACTER SET cp1251, c2 TEXT CHARACTER SET utf16,
            e10 ENUM('ש') CHARACTER SET hebrew, e11 SET('a','b') CHARACTER SET ascii,
            e12 ENUM('a,b','c''d','e"f','g\\h') CHARACTER SET utf8mb4) DEFAULT CHARACTER SET koi8r;
        INSERT INTO t VALUES (1, 'ö', '語', 'да,нет', '文', 'y', 'ü,😀', '語', 'ł', '日本', 'привет', '語😀', 'ש', 'a,b', 'g\\h'),
            (2, 'ä', '日本', 'нет', '中', 'x', '', 'é', NULL, NULL, 'я', '', NULL, '', 'c''d');
        UPDATE t SET e1 = 'ä', e3 = '', e6 = '😀', c1 = 'ю';
        CREATE TABLE u (k ENUM('日','本') CHARACTER SET sjis, l SET('п','р') CHARACTER SET koi8r, v INT, PRIMARY KEY (k,
            l)) CHARACTER SET utf16;
        INSERT INTO u VALUES ('本','п,р',1),('日','р',2); UPDATE u SET v = 5; UPDATE u SET k = '日' WHERE k = '本';
        SET NAMES cp1251; CREATE TABLE w (id INT PRIMARY KEY, v VARCHAR(10) DEFAULT 'z', e ENUM('q','w') ); SET NAMES utf8mb4;
        INSERT INTO w VALUES (1,'ж','w'); UPDATE w SET e = 'q';
        ALTER TABLE t ADD e13 ENUM('new','ж') AFTER id, DROP e8, MODIFY e4 ENUM('中','文','国') CHARACTER SET gbk;
        UPDATE t SET e13 = 'ж', e4 = '国';
        """;

    // The bytes of ж are Р¶ in cp1251: servers write some statements in the client's character set and some in UTF-8.
    private const string OtherNames = """
        CREATE TABLE `ж` (id INT PRIMARY KEY, touch INT NOT NULL DEFAULT 0, a INT, b INT); INSERT INTO `ж` VALUES (1, 0, 1, 2);
        SET NAMES cp1251; CREATE TABLE `ж` (x INT PRIMARY KEY, y INT); INSERT INTO `ж` VALUES (1, 2); DROP TABLE `ж`;
        SET NAMES utf8mb4;
        @drop Р¶
        INSERT INTO `ж` VALUES (2, 0, 3, 4); ALTER TABLE `ж` CHANGE a b INT, CHANGE b a INT;
        @touch ж
        INSERT INTO `ж` (id, a, b) VALUES (3, 5, 6);
        SET NAMES cp1251; CREATE TABLE `ж` AS SELECT id AS `я`, a + b AS `ю` FROM `{db}`.marks, (SELECT 3 AS a, 4 AS b) s;
        UPDATE `ж` SET `ю` = `я`; DROP TABLE IF EXISTS `ж`; SET NAMES utf8mb4;
        @drop Р¶
        SET NAMES cp1251; CREATE TEMPORARY TABLE `ж` (`я` INT, `ю` INT); CREATE TABLE `з` LIKE `ж`; INSERT INTO `з` VALUES (1, 2);
        DROP TEMPORARY TABLE `ж`; DROP TABLE `з`; SET NAMES utf8mb4;
        @drop Р·
        INSERT INTO `ж` (id, a, b) VALUES (4, 7, 8);
        """;

    private const string Functional = """
        CREATE TABLE t (id INT PRIMARY KEY, j JSON, v INT, s VARCHAR(20), touch INT NOT NULL DEFAULT 0,
            INDEX mv ((CAST(j->'$.a' AS UNSIGNED ARRAY))), INDEX f ((v * 2)), UNIQUE fu ((LOWER(s)), (v + 1)));
        INSERT INTO t VALUES (1, '{"a": [1,2,3]}', 5, 'X', 0), (2, '{"a": []}', 6, 'Y', 0);
        UPDATE t SET j = '{"a": [9]}', v = 7 WHERE id = 1;
        ALTER TABLE t ADD COLUMN w INT DEFAULT 3; UPDATE t SET w = 4, s = 'Q' WHERE id = 1;
        @touch t
        ALTER TABLE t DROP INDEX f, ADD COLUMN x INT AFTER id, ADD INDEX g ((CAST(s AS CHAR(5))));
        INSERT INTO t (id, x, v, s) VALUES (3, 1, 2, 'z');
        @touch t
        ALTER TABLE t ADD INDEX mv2 ((CAST(j->'$.b' AS CHAR(10) ARRAY))), ALGORITHM=INPLACE; UPDATE t SET j = '{"b": ["x","y"]}';
        SET SESSION binlog_row_image = 'MINIMAL'; UPDATE t SET j = '{"b": ["z"]}', v = v + 1; DELETE FROM t WHERE id = 2;
        UPDATE t SET s = 'min';
        SET SESSION binlog_row_image = 'NOBLOB'; UPDATE t SET v = v + 1;
        SET SESSION binlog_row_image = 'FULL', binlog_row_value_options = 'PARTIAL_JSON';
        UPDATE t SET j = JSON_SET(j, '$.b[0]', 'p');
        ALTER TABLE t ADD g1 INT AS (v * 2) VIRTUAL, ADD g2 VARCHAR(10) AS (LOWER(s)) STORED AFTER id, ADD g3 JSON AS (JSON_OBJECT('k',
            v)) VIRTUAL;
        UPDATE t SET v = v + 1, j = JSON_SET(j, '$.b[0]', 'q'); SET SESSION binlog_row_image = 'MINIMAL'; UPDATE t SET v = v + 1;
        DELETE FROM t WHERE id = 3;
        SET SESSION binlog_row_image = 'FULL', binlog_row_value_options = '';
        DROP TABLE t;
        @drop t
        SET sql_generate_invisible_primary_key=ON; CREATE TABLE t(a int, b varchar(5), touch int not null default 0);
        ALTER TABLE t ADD c bigint unsigned NOT NULL FIRST; INSERT INTO t(a,c,b) VALUES(7,77,'z');
        ALTER TABLE t ALTER COLUMN my_row_id SET VISIBLE; ALTER TABLE t ADD d bigint unsigned NOT NULL DEFAULT 4 FIRST;
        INSERT INTO t(a,c,b,d) VALUES (8,78,'y',5);
        @touch t
        ALTER TABLE t ALTER COLUMN my_row_id SET INVISIBLE;
        ALTER TABLE t ADD e bigint unsigned NOT NULL DEFAULT 9 FIRST, MODIFY c bigint unsigned FIRST;
        @touch t
        INSERT INTO t(a,c,b,d,e) VALUES (9,79,'x',6,7);
        CREATE TABLE l LIKE t; INSERT INTO l (a, c) VALUES (1, 2); CREATE TABLE s AS SELECT a, c FROM t; UPDATE s SET a = a + 1;
        CREATE TABLE s2 (z bigint unsigned not null) AS SELECT a, c, 5 AS z FROM t; DELETE FROM s2 WHERE a = 7;
        ALTER TABLE s ADD q bigint unsigned not null default 3 FIRST; UPDATE s SET q = a;
        SET sql_generate_invisible_primary_key = OFF;
        ALTER TABLE s ADD touch INT NOT NULL DEFAULT 0, DROP PRIMARY KEY, DROP COLUMN my_row_id;
        @touch s
        """;

    private const string OldTimes = """
        SET GLOBAL mysql56_temporal_format = OFF;
        CREATE TABLE t (id INT PRIMARY KEY, a DATETIME, b TIME, c TIMESTAMP NULL, d DATETIME(3), e TIME(2), f TIMESTAMP(6) NULL,
            g DATETIME(6), h TIME(6), i TIME(1), j TIMESTAMP(1) NULL, z INT);
        SET time_zone = '+00:00';
        INSERT INTO t VALUES (1, '2024-01-02 03:04:05', '-12:34:56', '2024-01-02 03:04:05', '2024-01-02 03:04:05.678', '-12:34:56.78',
            '2024-01-02 03:04:05.678901', '9999-12-31 23:59:59.999999', '838:59:59.999999', '-00:00:00.1', '2038-01-19 03:14:07.9',
            77), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 78), (3, '0000-00-00', '00:00:00', '0000-00-00',
            '1000-01-01', '838:59:59.99', '1970-01-01 00:00:01.000001', '2024-00-00 00:00:00.000001', '-00:00:00.000001', '00:00:00.0',
            '1970-01-01 00:00:01', 79);
        UPDATE t SET z = z + 1; SET GLOBAL mysql56_temporal_format = ON; ALTER TABLE t ADD k DATETIME(4) DEFAULT '2024-01-01';
        UPDATE t SET z = z + 1;
        """;

    private const string TwoPhases = """
        SET SESSION binlog_alter_two_phase = ON; CREATE TABLE t (id INT PRIMARY KEY, v INT, touch INT NOT NULL DEFAULT 0);
        INSERT INTO t VALUES (1, 1, 0), (2, 1, 0); ALTER TABLE t ADD w INT DEFAULT 4 FIRST; INSERT INTO t VALUES (3, 3, 3, 3);
        @touch t
        ALTER TABLE t MODIFY v BIGINT UNSIGNED FIRST, ALGORITHM = COPY; UPDATE t SET v = v + 1;
        @touch t
        CREATE INDEX i ON t (v); DROP INDEX i ON t; OPTIMIZE TABLE t; ALTER TABLE t RENAME TO t2, ADD z INT;
        @rename t t2
        @touch t2
        ALTER TABLE t2 FORCE; UPDATE t2 SET z = 1;
        SET gtid_domain_id = 5; CREATE TABLE dt (id INT PRIMARY KEY, v INT); INSERT INTO dt VALUES (1, 1); SET gtid_domain_id = 7;
        INSERT INTO dt VALUES (2, 2); UPDATE dt SET v = v + 1; SET gtid_domain_id = 0; INSERT INTO dt VALUES (3, 3);
        SET server_id = 4711; INSERT INTO dt VALUES (4, 4); SET gtid_domain_id = 5; UPDATE dt SET v = 50; SET gtid_seq_no = 1000;
        UPDATE dt SET v = 51; SET gtid_domain_id = 7; BEGIN; UPDATE dt SET v = 70; INSERT INTO dt VALUES (7, 7); COMMIT;
        SET server_id = 1; ALTER TABLE dt ADD w INT DEFAULT 2, ADD touch INT NOT NULL DEFAULT 0;
        @touch dt
        SET gtid_domain_id = 0; INSERT INTO dt VALUES (8, 8, 8, 0); FLUSH BINARY LOGS; SET gtid_domain_id = 5;
        INSERT INTO dt VALUES (9, 9, 9, 0); DELETE FROM dt WHERE id = 8;
        SET gtid_domain_id = 0;
        """;
}
