using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <content>Values of every type at their limits.</content>
public static partial class Scenarios
{
    private const string CommonTypes = """
        SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
        CREATE TABLE ints (id INT PRIMARY KEY, t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED,
          i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, z INT(6) ZEROFILL, bo BOOL, bit1 BIT(1), bit10 BIT(10), bit64 BIT(64), y YEAR);
        INSERT INTO ints VALUES
          (1, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0, FALSE, b'0', 0, 0, 0),
          (2, 127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, 18446744073709551615, 4294967295, TRUE, b'1', 1023, ~0, 2155),
          (3, -1, 128, -1, 32768, -1, 8388608, -1, 2147483648, -1, 9223372036854775808, 42, 2, b'1', 512, 9223372036854775808, 1901),
          (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        UPDATE ints SET i = id, bu = IF(id = 4, 1, NULL);
        CREATE TABLE reals (id INT PRIMARY KEY, f FLOAT, fd FLOAT(7,3), d DOUBLE, dd DOUBLE(20,5), du DOUBLE UNSIGNED);
        INSERT INTO reals VALUES (1, 3.402823e38, 9999.999, 1.7976931348623157e308, 123456789012345.12345, 1e-300), (2, -1.17549435e-38, -0.001, -2.2250738585072014e-308, -0.5, 0),
          (3, 0.1, 0.1, 0.1, 0.1, 0.1), (4, NULL, NULL, NULL, NULL, NULL), (5, 16777217, 1, 9007199254740993, 1, 1);
        CREATE TABLE decimals (id INT PRIMARY KEY, a DECIMAL(65,30), b DECIMAL(10,0), c DECIMAL(5,5), d DECIMAL(18,9) UNSIGNED, e DECIMAL(1,1), f DECIMAL(9,2) ZEROFILL, g DECIMAL(65,0), h DECIMAL(10,1));
        INSERT INTO decimals VALUES
          (1, 99999999999999999999999999999999999.999999999999999999999999999999, 9999999999, 0.99999, 999999999.999999999, 0.9, 1.5, 99999999999999999999999999999999999999999999999999999999999999999, 123456789.1),
          (2, -99999999999999999999999999999999999.999999999999999999999999999999, -9999999999, -0.99999, 0, -0.9, 0, -99999999999999999999999999999999999999999999999999999999999999999, -0.1),
          (3, 0.000000000000000000000000000001, 0, 0.00001, 0.000000001, 0, 9999999.99, 1, 0), (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        UPDATE decimals SET h = -h, a = -a;
        CREATE TABLE times (id INT PRIMARY KEY, d DATE, t0 TIME, t1 TIME(1), t2 TIME(2), t3 TIME(3), t4 TIME(4), t5 TIME(5), t6 TIME(6), dt0 DATETIME, dt1 DATETIME(1), dt3 DATETIME(3),
          dt5 DATETIME(5), dt6 DATETIME(6), ts0 TIMESTAMP NULL, ts2 TIMESTAMP(2) NULL, ts4 TIMESTAMP(4) NULL, ts6 TIMESTAMP(6) NULL);
        INSERT INTO times VALUES
          (1, '0000-00-00', '-838:59:59', '-838:59:58.9', '-00:00:00.01', '-00:00:00.001', '-00:00:00.0001', '-00:00:00.00001', '-838:59:58.999999', '0000-00-00 00:00:00',
            '0000-00-00 00:00:00.0', '0000-00-00 00:00:00.000', '0000-00-00 00:00:00.00000', '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00'),
          (2, '9999-12-31', '838:59:59', '838:59:58.9', '23:59:59.99', '23:59:59.999', '23:59:59.9999', '23:59:59.99999', '838:59:58.999999', '9999-12-31 23:59:59',
            '9999-12-31 23:59:59.9', '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.99999', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.99', '2038-01-19 03:14:07.9999', '2038-01-19 03:14:07.999999'),
          (3, '2024-00-15', '00:00:00', '-00:00:00.1', '00:00:00.10', '-01:00:00.000', '-00:01:00.1000', '00:00:00.00001', '-00:00:01.000001', '2024-02-31 01:02:03',
            '1000-01-01 00:00:00.1', '2024-00-00 00:00:00.001', '2024-02-29 12:00:00.00001', '2024-02-29 12:00:00.000001', '1970-01-01 00:00:01', '1970-01-01 00:00:01.01', '1970-01-01 00:00:01.0001', '1970-01-01 00:00:01.000001'),
          (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        UPDATE times SET t0 = '-00:00:01', t3 = '-12:34:56.789', dt6 = '2001-02-03 04:05:06.070809' WHERE id = 4;
        CREATE TABLE texts (id INT PRIMARY KEY, c CHAR(10), c255 CHAR(255), v VARCHAR(255), vl VARCHAR(3000), tt TINYTEXT, t TEXT, mt MEDIUMTEXT, lt LONGTEXT,
          b BINARY(8), vb VARBINARY(300), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB, e ENUM('', 'a', 'größe', 'c''d', 'e,f'), s SET('x', 'y', 'ü', 'q"r'));
        INSERT INTO texts VALUES
          (1, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''),
          (2, 'ä😀 end', REPEAT('😀', 255), REPEAT('ß', 255), REPEAT('語', 3000), REPEAT('t', 255), REPEAT('u', 65535), REPEAT('v', 70000), REPEAT('w', 80000),
            X'00FF0000', REPEAT(X'00', 300), REPEAT(X'FF', 255), REPEAT('b', 65535), REPEAT('m', 70000), REPEAT(X'01', 80000), 'größe', 'x,ü,q"r'),
          (3, 'trail  ', ' lead', 'trail  ', CONCAT('tab', CHAR(9), 'nl', CHAR(10), 'cr', CHAR(13), 'nul', CHAR(0), 'bs', CHAR(92), CHAR(8), CHAR(26)), 'NULL', '\\N', '"', '''',
            X'0102030405060708', X'00', X'5C', X'0A', X'09', X'0D', 'c''d', 'y'),
          (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT IGNORE INTO texts (id, e, s) VALUES (5, 'unknown', 'x,unknown');
        UPDATE texts SET v = CONCAT(v, 'x'), b = X'20' WHERE id IN (1, 3);
        CREATE TABLE e300 (id INT PRIMARY KEY, s SET('1','2','3','4','5','6','7','8','9','10','11','12','13','14','15','16','17','18','19','20','21','22','23','24','25','26','27','28','29','30','31','32',
          '33','34','35','36','37','38','39','40','41','42','43','44','45','46','47','48','49','50','51','52','53','54','55','56','57','58','59','60','61','62','63','64'));
        INSERT INTO e300 VALUES (1, 18446744073709551615), (2, 9223372036854775808), (3, 0);
        CREATE TABLE shapes (id INT PRIMARY KEY, g GEOMETRY, p POINT, l LINESTRING);
        INSERT INTO shapes VALUES (1, POINT(1.5, -2), POINT(0, 0), LINESTRING(POINT(0, 0), POINT(1e10, -1e-10))), (2, LINESTRING(POINT(0, 0), POINT(1, 1)), NULL, NULL), (3, NULL, NULL, NULL);
        CREATE TABLE natural_keys (a VARCHAR(20), b DATETIME(3), c VARBINARY(4), v INT, PRIMARY KEY (c, a, b));
        INSERT INTO natural_keys VALUES ('x', '2024-01-01', X'00', 1), ('y', '2024-01-01 00:00:00.001', X'FF', 2), ('', '0000-00-00', '', 3);
        UPDATE natural_keys SET v = v + 1; DELETE FROM natural_keys WHERE a = 'x';
        CREATE TABLE wide (id INT PRIMARY KEY, n1 INT, n2 INT, n3 INT, n4 INT, n5 INT, n6 INT, n7 INT, n8 INT, n9 INT, n10 INT, n11 INT, n12 INT, n13 INT, n14 INT, n15 INT, n16 INT, last VARCHAR(3));
        INSERT INTO wide (id, n1, n9, n16, last) VALUES (1, 1, 9, 16, 'l'), (2, NULL, NULL, 16, NULL); UPDATE wide SET n8 = 8, n16 = NULL;

        """;

    private const string MySql97Types = """
        CREATE TABLE docs (id INT PRIMARY KEY, j JSON, touch INT);
        INSERT INTO docs VALUES (1, '{"a": [1, 2.5, -3, true, null, "é😀", {"b": {}}], "big": 18446744073709551615, "min": -9223372036854775808, "e": 1e100}', 1), (2, 'null', 1), (3, '[]', 1),
          (4, '"text"', 1), (5, NULL, 1), (6, CAST(CAST('2024-01-02 03:04:05.000006' AS DATETIME(6)) AS JSON), 1), (7, JSON_OBJECT('d', CAST(1.10 AS DECIMAL(5,2)), 't', CAST('-12:00:01' AS TIME)), 1),
          (8, JSON_OBJECT('k', REPEAT('x', 70000), 'l', 65536), 1);
        UPDATE docs SET j = JSON_SET(j, '$.a[0]', 100, '$.new', 'n') WHERE id = 1; UPDATE docs SET j = JSON_REMOVE(j, '$.l') WHERE id = 8;
        SET SESSION binlog_row_value_options = 'PARTIAL_JSON';
        UPDATE docs SET j = JSON_SET(j, '$.a[1]', 7) WHERE id = 1; UPDATE docs SET j = JSON_REPLACE(j, '$.k', 'short'), touch = 2 WHERE id = 8; UPDATE docs SET j = JSON_ARRAY_APPEND(j, '$', 1) WHERE id = 3;
        SET SESSION binlog_row_value_options = '';
        CREATE TABLE vectors (id INT PRIMARY KEY, v VECTOR(3));
        INSERT INTO vectors VALUES (1, STRING_TO_VECTOR('[1.5, -2, 3e10]')), (2, STRING_TO_VECTOR('[0]')), (3, NULL); UPDATE vectors SET v = STRING_TO_VECTOR('[1, 2]') WHERE id = 3;
        CREATE TABLE srids (id INT PRIMARY KEY, g GEOMETRY SRID 4326); INSERT INTO srids VALUES (1, ST_GeomFromText('POINT(10 20)', 4326));
        """;

    private const string MariaDbTypes = """
        CREATE TABLE docs (id INT PRIMARY KEY, j JSON, u UUID, i4 INET4, i6 INET6);
        INSERT INTO docs VALUES (1, '{"a": [1, 2.5, "é😀"]}', '123e4567-e89b-12d3-a456-426655440000', '192.168.0.1', '2001:db8::ff00:42:8329'), (2, NULL, NULL, NULL, NULL),
          (3, '[]', '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::'), (4, 'null', 'ffffffff-ffff-1fff-bfff-ffffffffffff', '255.255.255.255', '::ffff:1.2.3.4');
        UPDATE docs SET j = JSON_SET(j, '$.b', 1), i4 = '10.0.0.1' WHERE id < 3;
        CREATE TABLE packed (id INT PRIMARY KEY, v VARCHAR(1000) COMPRESSED, t TEXT COMPRESSED, b BLOB COMPRESSED);
        INSERT INTO packed VALUES (1, REPEAT('é', 900), REPEAT('text', 1000), REPEAT(X'00', 5000)), (2, '', '', ''), (3, NULL, NULL, NULL), (4, 'short', 'short', 'short');
        UPDATE packed SET v = CONCAT(v, 'x'), t = REVERSE(t);
        """;

    private static string Types(Combination combination) => CommonTypes + (combination.IsMariaDb
        ? MariaDbTypes + (combination.Kind == ServerKind.MariaDb118
            ? "\nCREATE TABLE vectors (id INT PRIMARY KEY, v VECTOR(3)); INSERT INTO vectors VALUES (1, "
                + "VEC_FromText('[1.5,-2,3e10]')), (2, NULL);"
            : "")
        : combination.Kind == ServerKind.MySql97 ? MySql97Types : "");
}
