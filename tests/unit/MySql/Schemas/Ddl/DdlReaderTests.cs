using System.Globalization;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using static CdcEmbedded.MySql.Tests.Schemas.Ddl.ReadStatements;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>Statements and the columns that they leave.</summary>
public sealed class DdlReaderTests
{
    [Theory]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a, ADD c INT AFTER a",
        "b int? a int? c int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t RENAME COLUMN a TO z, ADD c INT AFTER z", "z int? c int? b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t ADD b BIGINT FIRST, DROP b", "b bigint? a int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t CHANGE a b INT, CHANGE b a INT FIRST", "a int? b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT, c INT)", "ALTER TABLE t MODIFY a INT AFTER c, ADD d INT", "b int? c int? a int? d int?")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t MODIFY a INT NULL, DROP PRIMARY KEY", "a int?")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY, b INT)", "ALTER TABLE t MODIFY a BIGINT AFTER b", "b int? a bigint#1")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t ADD b INT PRIMARY KEY FIRST, DROP PRIMARY KEY", "b int#1 a int")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "DROP INDEX `PRIMARY` ON t", "a int")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t DROP INDEX `PRIMARY`", "a int")]
    [InlineData("CREATE TABLE t (a TEXT)", "ALTER TABLE t ADD b TEXT, CONVERT TO CHARACTER SET utf8mb4",
        "a mediumtext utf8mb4? b text utf8mb4?")]
    [InlineData("CREATE TABLE t (a CHAR(1))", "ALTER TABLE t ADD b CHAR(1), DEFAULT CHARSET=utf8mb4",
        "a char(1) latin1? b char(1) utf8mb4?")]
    [InlineData("CREATE TABLE t (a INT, b INT, c INT, PRIMARY KEY (b, a))", "ALTER TABLE t DROP b, ADD b INT DEFAULT 2 AFTER c",
        "a int#2 c int? b int#1")]
    [InlineData("CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))", "ALTER TABLE t ADD b BIGINT, DROP b", "a int#2 b bigint#1")]
    [InlineData("CREATE TABLE t (a INT, b INT, c INT, PRIMARY KEY (b, a))", "ALTER TABLE t DROP b, CHANGE c b INT", "a int#1 b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT PRIMARY KEY)", "ALTER TABLE t RENAME COLUMN b TO f, ADD b INT FIRST", "b int#1 a int? f int")]
    [InlineData("CREATE TABLE t (a INT, b INT PRIMARY KEY)", "ALTER TABLE t RENAME COLUMN b TO f, ADD b INT", "a int? f int#1 b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT PRIMARY KEY)", "ALTER TABLE t ADD b INT AFTER a, CHANGE b f INT", "a int? b int#1 f int?")]
    [InlineData("CREATE TABLE t (a INT NOT NULL, b INT NOT NULL UNIQUE)", "ALTER TABLE t DROP b, ADD b INT NOT NULL", "a int b int#1")]
    [InlineData("CREATE TABLE t (a ENUM('A','l8') CHARACTER SET utf16, b SET('z') CHARACTER SET latin1)",
        "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", "a enum('\\0A','\\0l\\08') utf8mb4? b set('z') utf8mb4?")]
    [InlineData("CREATE TABLE t (a ENUM('ü') CHARACTER SET utf8mb4, b ENUM('AB') CHARACTER SET ucs2)",
        "ALTER TABLE t CONVERT TO CHARACTER SET latin1", "a enum('Ã¼') latin1? b enum('\\0A\\0B') latin1?")]
    [InlineData("CREATE TABLE t (a ENUM('l3','ab','') CHARACTER SET latin1)", "ALTER TABLE t CONVERT TO CHARACTER SET ucs2",
        "a enum('氳','慢','') ucs2?")]
    [InlineData("CREATE TABLE t (a INT, period INT, first INT, after INT)",
        "ALTER TABLE t DROP period, ADD x INT AFTER after, MODIFY after INT FIRST, DROP COLUMN first", "after int? a int? x int?")]
    public void ALTER_leaves_the_servers_columns(string create, string alter, string expected)
        => Assert.Equal(expected, ColumnsAfter(create, alter));

    [Theory]
    [InlineData("x int? a int? id int?", "(id INT, a INT)", "ADD x INT AFTER id, MODIFY id INT AFTER a")]
    [InlineData("d int? action int?", "(d INT, a INT)", "CHANGE a action INT AFTER d, MODIFY d INT FIRST")]
    [InlineData("e int f int? d int? a int? b int#1", "(e INT NOT NULL, d INT)",
        "ADD IF NOT EXISTS a INT, DROP PERIOD IF EXISTS FOR p, ADD f INT NULL, MODIFY f INT AFTER e, ADD COLUMN IF NOT EXISTS b INT KEY")]
    [InlineData("id int? b bigint? c int?", "(id INT, c INT, b INT)", "ADD COLUMN IF NOT EXISTS b INT, MODIFY b BIGINT AFTER id")]
    [InlineData("a mediumtext utf8mb4? b text utf8mb4? c char(3) utf8mb4?", "(a TEXT, c CHAR(3))",
        "ADD b TEXT CHARACTER SET latin1 AFTER a, CONVERT TO CHARACTER SET utf8mb4")]
    [InlineData("a int? row_start timestamp(6)~ row_end timestamp(6)~", "(a INT)", "WITH SYSTEM VERSIONING")]
    [InlineData("a int b int", "(a INT, b INT)", "ADD PERIOD IF NOT EXISTS FOR p (a, b)")]
    [InlineData("a int? x int?", "(a INT)", "ADD x INT, ADD PERIOD FOR SYSTEM_TIME (s, e)")]
    [InlineData("a int? c decimal(10,0)?", "(a INT)", "ADD c DECIMAL(10.2)")]
    [InlineData("a int? c mediumtext latin1?", "(a INT)", "ADD c LONG CHAR SET latin1")]
    [InlineData("a int? c enum('A','BC','it''s') latin1?", "(a INT)", "ADD c ENUM(x'41', 0x4243, 'it''s  ')")]
    [InlineData("a int? c enum('a ','b\\0') binary?", "(a INT)", "ADD c ENUM('a ', 'b\\0') CHARACTER SET binary")]
    [InlineData("a int? c int", "(a INT)", "ADD c INT foo=1 NOT NULL `bar`='x, y'")]
    [InlineData("a int? c varchar(9) latin1?", "(a INT)", "ADD c VARCHAR(9) DEFAULT _utf8mb4 0x41")]
    [InlineData("a int? c varchar(9) latin1", "(a INT)", "ADD c VARCHAR(9) DEFAULT 'a' 'b' NOT NULL")]
    [InlineData("a int? c varbinary(9)", "(a INT)", "ADD c VARCHAR(9) NOT NULL COLLATE binary")]
    [InlineData("a int b int?", "(a INT PRIMARY KEY, b INT)", "DROP CONSTRAINT IF EXISTS `PRIMARY`")]
    [InlineData("a int b int? c int?", "(a INT PRIMARY KEY, b INT)", "ADD c INT, ORDER BY b, c DESC, DROP PRIMARY KEY")]
    [InlineData("a int? g int?", "(a INT, f INT)", "RENAME COLUMN f TO g, ADD COLUMN IF NOT EXISTS f INT")]
    [InlineData("a int?", "(a INT, f INT)", "DROP COLUMN f, ADD COLUMN IF NOT EXISTS f BIGINT")]
    [InlineData("a int? h int?", "(a INT, f INT)", "CHANGE f h INT, ADD COLUMN IF NOT EXISTS f BIGINT")]
    [InlineData("a int? b tinytext latin1? c char(5) latin1? d mediumtext ucs2?", "(a INT)", "ADD b TINYBLOB COLLATE latin1_bin, "
        + "ADD c BINARY(5) COLLATE latin1_bin, ADD d LONG VARBINARY NULL COLLATE ucs2_bin")]
    [InlineData("a int? b longtext latin1? c longtext utf8mb4? d blob?", "(a INT)", "ADD b JSON COLLATE latin1_bin, ADD c JSON, "
        + "ADD d BLOB COLLATE binary")]
    public void ALTER_of_MariaDB_leaves_the_servers_columns(string expected, string columns, string alter)
        => Assert.Equal(expected, ColumnsAfter("CREATE TABLE t " + columns, "ALTER TABLE t " + alter));

    [Theory]
    [InlineData(false, "a enum('焢','慢捤','쎼') utf16?")]
    [InlineData(true, "a enum('焢?','慢捤?','쎼') utf16?")]
    public void Labels_that_end_inside_a_character_are_cut(bool isMariaDb, string expected)
        => Assert.Equal(expected, ColumnsAfter(isMariaDb, "CREATE TABLE t (a ENUM('q\"q', 'abcde', 'ü') CHARACTER SET utf8mb4)",
            "ALTER TABLE t CONVERT TO CHARACTER SET utf16"));

    [Theory]
    [InlineData(false, "a char(3) utf8mb4?")]
    [InlineData(true, "a char(3) ucs2?")]
    public void The_default_to_which_a_table_of_another_database_is_converted_depends_on_the_server(bool isMariaDb, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE DATABASE d CHARACTER SET utf8mb4", "CREATE DATABASE e CHARACTER SET ucs2",
            "CREATE TABLE e.t (a CHAR(3) CHARACTER SET latin1)", "ALTER TABLE e.t CONVERT TO CHARACTER SET DEFAULT"], isMariaDb);

        Assert.Equal(expected, TextOf(catalogue, "e"));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INT)", "a int?")]
    [InlineData("CREATE SEQUENCE t", "")]
    public void DROP_SEQUENCE_leaves_a_table(string create, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, [create, "DROP SEQUENCE IF EXISTS t"], isMariaDb: true);

        Assert.Equal(expected.Length == 0, catalogue.IsAbsent("d", "t"));
        Assert.Equal(expected, catalogue.Find("d", "t") is null ? "" : TextOf(catalogue));
    }

    [Theory]
    [InlineData("CREATE OR REPLACE TABLE t (a INT, a INT)", "")]
    [InlineData("CREATE OR REPLACE TABLE t (b INT)", "")]
    [InlineData("DROP TABLE u, t", "", 1051)]
    [InlineData("DROP TABLE t, u", "ended with the error")]
    [InlineData("ALTER TABLE t ADD b INT", "ended with the error")]
    [InlineData("RENAME TABLE t TO u", "ended with the error")]
    public void A_statement_that_ended_with_an_error_has_done_what_is_certain_or_leaves_the_table_unknown(string statement, string reason,
        int error = 1)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE t (a INT)"]);
        var changes = LoggedSql.Instance.Apply(catalogue, statement, Context(isMariaDb: true) with { ErrorCode = error });

        Assert.Contains(changes, change => change.Table == "t" && change.Definition is null);
        Assert.Null(catalogue.Find("d", "t"));
        Assert.Contains(reason, catalogue.ReasonOf("d", "t") ?? "", StringComparison.Ordinal);
        Assert.Equal(reason.Length == 0, catalogue.IsAbsent("d", "t"));
    }

    [Theory]
    [InlineData("Größe_ÄÖÜ", "größe_äöü")]
    [InlineData("İx", "ix")]
    [InlineData("ТАБЛИЦА_Ӏ", "таблица_Ӏ")]
    [InlineData("ẞẟ", "ẞẟ")]
    [InlineData("ԀԂ", "ԀԂ")]
    [InlineData("ⰀⱠꙀ", "ⰀⱠꙀ")]
    [InlineData("ΑΩΆ", "αωά")]
    [InlineData("ⒶⅠＡ", "ⓐⅰａ")]
    [InlineData("A.B", "a.b")]
    public void Names_are_lowered_as_the_servers_lower_them(string name, string expected)
        => Assert.Equal(expected, StoredNames.Lower(name));

    [Fact]
    public void Names_are_stored_in_lower_case_where_the_server_stores_them_so()
    {
        var catalogue = new SchemaCatalogue(ignoresCase: true) { Assumes = true, LowersNames = true };
        Apply(catalogue, ["CREATE DATABASE D2", "CREATE TABLE D2.Mixed (Aa INT)"]);
        var changes = LoggedSql.Instance.Apply(catalogue, "ALTER TABLE D2.MIXED ADD b INT, RENAME TO d2.Other", Context(isMariaDb: true));

        Assert.Equal(["d2.mixed", "d2.mixed d2.other"], changes.Select(change => $"{change.Database}.{change.Table} {change.NewDatabase}"
            .TrimEnd() + (change.NewTable is { } name ? "." + name : "")));
        Assert.Equal("Aa", catalogue.Find("d2", "other")?.Columns[0].Name);
        Assert.Equal(["d2"], catalogue.Copy().Databases.Keys);
        Assert.True(catalogue.Copy().LowersNames);
    }

    [Theory]
    [InlineData("ANALYZE PARTITION ALL")]
    [InlineData("CHECK PARTITION p0, p1")]
    [InlineData("OPTIMIZE PARTITION p0")]
    [InlineData("REPAIR PARTITION p0")]
    public void Maintenance_of_a_table_that_does_not_exist_creates_none(string alter)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };

        Assert.Empty(LoggedSql.Instance.Apply(catalogue, "ALTER TABLE t " + alter, Context(isMariaDb: false)));
        Assert.True(catalogue.IsAbsent("d", "t"));
        Apply(catalogue, ["CREATE TABLE IF NOT EXISTS t (a INT) PARTITION BY HASH (a)", "ALTER TABLE t " + alter]);
        Assert.Equal("a int?", TextOf(catalogue));
    }

    [Fact]
    public void A_partition_that_becomes_a_table_has_the_tables_columns()
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE s (a INT) PARTITION BY HASH (a)"]);
        var changes = LoggedSql.Instance.Apply(catalogue, "ALTER TABLE s CONVERT PARTITION p0 TO TABLE t", Context(isMariaDb: true));

        Assert.Equal([TableChangeKind.PartitionDataLoss, TableChangeKind.Create], changes.Select(change => change.Kind));
        Assert.Equal("a int?", TextOf(catalogue));
        Apply(catalogue, ["ALTER TABLE s CONVERT TABLE t TO PARTITION p0 VALUES LESS THAN (5)"]);
        Assert.True(catalogue.IsAbsent("d", "t"));
    }

    [Theory]
    [InlineData("(a VARCHAR(9) NOT NULL COLLATE utf8mb4_bin)", "a varchar(9) utf8mb4")]
    [InlineData("(a INT COLLATE latin1_bin, b DATE NOT NULL COLLATE utf8mb4_bin, c ENUM('x') NULL COLLATE utf8mb4_bin)",
        "a int? b date c enum('x') utf8mb4?")]
    [InlineData("(id INT, vector VECTOR(3), VECTOR INDEX (vector))", "id int? vector vector(3)?")]
    [InlineData("(a DOUBLE DEFAULT 1.5E-3 NOT NULL)", "a double")]
    [InlineData("(a DOUBLE DEFAULT -1.E+2, b DECIMAL(5,1) DEFAULT 10. NOT NULL, c DOUBLE DEFAULT .5e1, d DOUBLE DEFAULT 2e5 COMMENT 'x')",
        "a double? b decimal(5,1) c double? d double?")]
    [InlineData("(a INT REFERENCES d.5e1 (x), b INT REFERENCES `d`.1p (x) ON DELETE CASCADE, 5e INT, 1x5 INT)",
        "a int? b int? 5e int? 1x5 int?")]
    [InlineData("(a INT, s DATE, e DATE, PERIOD FOR p (s, e), PRIMARY KEY (a, p WITHOUT OVERLAPS))", "a int#1 s date#3 e date#2")]
    [InlineData("(a ENUM('b', 'b ') BYTE, c SET('x') ASCII, d ENUM('u') UNICODE, e ENUM('v') BINARY) CHARSET utf8mb4",
        "a enum('b','b ') binary? c set('x') latin1? d enum('u') ucs2? e enum('v') utf8mb4?")]
    [InlineData("(\n  `b` varchar(3) DEFAULT NULL\n) START TRANSACTION ENGINE=InnoDB DEFAULT CHARSET=ucs2", "b varchar(3) ucs2?")]
    [InlineData("(a INT WITH SYSTEM VERSIONING, b INT)", "a int? b int? row_start timestamp(6)~ row_end timestamp(6)~")]
    [InlineData("(a INT REFERENCES p(a) ON DELETE SET DEFAULT ON UPDATE NO ACTION, KEY ((a + 1)))", "a int?")]
    public void CREATE_gives_the_servers_columns(string columns, string expected)
        => Assert.Equal(expected, ColumnsAfter("CREATE TABLE t " + columns));

    [Theory]
    [InlineData("SET STATEMENT a = 1 FOR CREATE OR REPLACE TABLE IF NOT EXISTS d.t (a INT DEFAULT (1 + 2) KEY, b TEXT UNIQUE, PERIOD FOR "
        + "p (x, y), UNIQUE k USING HASH (b)) COMMENT 'x'")]
    [InlineData("CREATE UNIQUE INDEX IF NOT EXISTS k USING HASH ON t (b(5), a) COMMENT 'x'")]
    [InlineData("ALTER TABLE t ADD COLUMN (c INT, d ENUM('x')) , CHANGE a z INT AFTER b, EXCHANGE PARTITION p WITH TABLE u, CONVERT TO "
        + "CHARACTER SET latin1 COLLATE latin1_bin")]
    [InlineData("ALTER SEQUENCE t AS INT RESTART 5")]
    [InlineData("RENAME TABLE t WAIT 5 TO u, v TO `w`")]
    [InlineData("DROP INDEX IF EXISTS `PRIMARY` ON t")]
    [InlineData("CREATE DATABASE IF NOT EXISTS e CHARACTER SET = latin1 /*!50000 COMMENT 'x' */")]
    public void A_statement_that_is_cut_short_anywhere_is_read_or_refused(string statement)
    {
        for (var length = 0; length <= statement.Length; length++)
        {
            var catalogue = new SchemaCatalogue { Assumes = true };
            Apply(catalogue, ["CREATE TABLE t (a INT, b TEXT)"]);
            var refusal = Xunit.Record.Exception(() => Apply(catalogue, [statement[..length]]));

            Assert.True(refusal is null or CdcProtocolException, $"'{statement[..length]}' ends in {refusal}");
        }
    }

    [Theory]
    [InlineData("bigint", "CREATE SEQUENCE t START 5")]
    [InlineData("int unsigned", "CREATE OR REPLACE SEQUENCE t AS INT UNSIGNED CACHE 5")]
    [InlineData("tinyint", "CREATE SEQUENCE t", "ALTER SEQUENCE t RESTART 5 AS TINYINT")]
    [InlineData("smallint", "CREATE SEQUENCE t AS SMALLINT", "ALTER SEQUENCE IF EXISTS t RESTART 5")]
    public void A_sequence_has_numbers_of_its_type(string type, params string[] statements) => Assert.StartsWith(
        $"next_not_cached_value {type} minimum_value {type} maximum_value {type} start_value {type} increment bigint cache_size",
            ColumnsAfter(statements), StringComparison.Ordinal);

    [Theory]
    [InlineData("a varchar(9)? b char(1) latin1? c text? d enum('x')? e blob?", "CREATE TABLE t (a VARCHAR(9), b CHAR CHARSET latin1, c "
        + "TEXT, d ENUM('x'), e BLOB)")]
    [InlineData("a varchar(9) utf8mb4?", "CREATE TABLE t (a VARCHAR(9)) CHARSET utf8mb4")]
    [InlineData("a varchar(9)? b text?", "CREATE TABLE t (a VARCHAR(9))", "ALTER TABLE t ADD b TEXT")]
    [InlineData("a varchar(9) utf8mb4? b longtext utf8mb4? c enum('x') utf8mb4? e int?",
        "CREATE TABLE t (a VARCHAR(9), b LONGTEXT, c ENUM('x'), e INT)", "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4")]
    [InlineData("a text latin1?", "CREATE TABLE t (a TEXT)", "ALTER TABLE t CONVERT TO CHARACTER SET latin1")]
    [InlineData("a varbinary(9)?", "CREATE TABLE t (a VARCHAR(9))", "ALTER TABLE t CONVERT TO CHARACTER SET binary")]
    [InlineData("a text cp1251?", "CREATE DATABASE d CHARACTER SET cp1251", "CREATE TABLE t (a TEXT)")]
    [InlineData("a text cp1251?", "ALTER DATABASE d CHARACTER SET cp1251", "CREATE TABLE t (a TEXT)")]
    [InlineData("a text latin1?", "CREATE DATABASE d", "CREATE TABLE t (a TEXT)")]
    [InlineData("a text?", "ALTER DATABASE d READ ONLY = 1", "CREATE TABLE t (a TEXT)")]
    public void Texts_of_a_database_that_is_not_known_have_no_character_set(string expected, params string[] statements)
        => Assert.Equal(expected, ColumnsAfter(new SchemaCatalogue(), statements));

    [Theory]
    [InlineData("CREATE TABLE t (a TEXT(200))")]
    [InlineData("CREATE TABLE t (a VARCHAR(20000))")]
    [InlineData("CREATE TABLE t (a TEXT)", "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4")]
    public void A_type_that_depends_on_a_character_set_that_is_not_known_is_not_guessed(params string[] statements)
        => Assert.Contains("character set", ColumnsAfter(new SchemaCatalogue(), statements), StringComparison.Ordinal);

    [Theory]
    [InlineData("a timestamp? b timestamp(3)?", null, null)]
    [InlineData("a timestamp? b timestamp(3)?", null, true)]
    [InlineData("a timestamp b timestamp(3)", null, false)]
    [InlineData("a timestamp? b timestamp(3)?", true, false)]
    [InlineData("a timestamp b timestamp(3)", false, true)]
    public void A_timestamp_takes_nulls_by_the_setting_of_the_session_or_else_of_the_server(string expected, bool? session, bool? server)
    {
        var catalogue = new SchemaCatalogue { Assumes = true, HasPlainTimestamps = server };
        var context = Context(isMariaDb: true) with { HasPlainTimestamps = session };
        LoggedSql.Instance.Apply(catalogue, "CREATE TABLE t (a TIMESTAMP)", context);
        LoggedSql.Instance.Apply(catalogue, "ALTER TABLE t ADD b TIMESTAMP(3)", context);

        Assert.Equal(expected, TextOf(catalogue));
        Assert.Equal(server, catalogue.Copy().HasPlainTimestamps);
    }

    [Theory]
    [InlineData("mariadb_schema.date", true, false, "a date?")]
    [InlineData("MARIADB_SCHEMA . blob(9)", true, false, "a tinyblob?")]
    [InlineData("mariadb_schema.timestamp(3) NULL", false, true, "a timestamp(3)?")]
    [InlineData("oracle_schema.date", false, false, "a datetime?")]
    [InlineData("`maxdb_schema`.timestamp(6)", true, false, "a datetime(6)?")]
    [InlineData("date", true, false, "a datetime?")]
    public void A_type_with_the_schema_of_a_mode_has_the_meaning_of_that_mode(string type, bool isOracle, bool isMaxDb, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = Context(isMariaDb: true) with { IsOracle = isOracle, HasDateTimeTimestamps = isMaxDb };
        LoggedSql.Instance.Apply(catalogue, $"CREATE TABLE t (a {type})", context);

        Assert.Equal(expected, TextOf(catalogue));
    }
}
