using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using static CdcEmbedded.MySql.Tests.Schemas.Ddl.ReadStatements;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>CONVERT TO CHARACTER SET and character sets of tables. Each was tried on MySQL 9.7 and 5.6, MariaDB 10.11 and 11.8.</summary>
public sealed class TextConversionTests
{
    [Theory]
    [InlineData("DEFAULT CHARSET latin1, CONVERT TO CHARSET utf8mb4")]
    [InlineData("CONVERT TO CHARSET utf8mb4, DEFAULT CHARSET latin1")]
    [InlineData("COLLATE latin1_bin, CONVERT TO CHARSET utf8mb4")]
    [InlineData("CONVERT TO CHARSET utf8mb4, COLLATE latin1_bin")]
    public void MariaDB_converts_to_one_character_set_and_takes_another_for_new_columns(string alter) => Assert.Equal(
        "a varchar(9) utf8mb4? b text latin1?",
        ColumnsAfter("CREATE TABLE t (a VARCHAR(9)) CHARSET cp1251", "ALTER TABLE t " + alter, "ALTER TABLE t ADD b TEXT"));

    [Fact]
    public void CHARACTER_SET_DEFAULT_of_a_table_is_its_databases()
        => Assert.Equal("a char(1) cp1251? b char(1) ucs2?", ColumnsAfter("CREATE DATABASE d CHARACTER SET ucs2",
            "CREATE TABLE t (a CHAR) CHARSET cp1251", "ALTER TABLE t CHARACTER SET DEFAULT, ADD b CHAR"));

    [Fact]
    public void CHARACTER_SET_DEFAULT_of_a_database_is_not_known_once_it_exists()
        => Assert.Equal("a char(1)?", ColumnsAfter(new SchemaCatalogue(), ["CREATE DATABASE d CHARACTER SET ucs2",
            "ALTER DATABASE d CHARACTER SET DEFAULT", "CREATE TABLE t (a CHAR)"]));

    [Theory]
    [InlineData("a INT, b TEXT, c VARCHAR(9)", "MODIFY a TEXT, MODIFY b TEXT, MODIFY c MEDIUMTEXT", "a tinytext b mediumtext c tinytext")]
    [InlineData("a INT, b BLOB, c TEXT", "MODIFY a BLOB, MODIFY b TEXT, MODIFY c MEDIUMBLOB", "a tinyblob b mediumtext c blob")]
    [InlineData("a BIT(64), b DECIMAL(62,0), c DECIMAL(62,1)", "MODIFY a TEXT, MODIFY b TEXT, MODIFY c TEXT", "a text b tinytext c text")]
    [InlineData("a INT, b TEXT, c INT", "MODIFY a TEXT(20), MODIFY b LONGTEXT, MODIFY c VARCHAR(70000)",
        "a tinytext b longtext c mediumtext")]
    [InlineData("a POINT, b JSON, c INT", "MODIFY a BLOB, MODIFY b TEXT, MODIFY c LONG", "a longblob b longtext c tinytext")]
    [InlineData("a VECTOR(3), b ENUM('abc'), c CHAR(64)", "CHANGE a a BLOB, MODIFY b TEXT, MODIFY c TEXT", "a tinyblob b tinytext c text")]
    public void MySQL_gives_a_text_that_is_redefined_the_size_of_the_old_column(string columns, string alter, string expected)
        => Assert.Equal(expected, ColumnsAfter(isMariaDb: false, $"CREATE TABLE t ({columns}) CHARSET latin1",
            $"ALTER TABLE t {alter}, CONVERT TO CHARSET utf8mb4").Replace(" utf8mb4", "", StringComparison.Ordinal)
            .Replace("?", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("a INT, b TEXT", "MODIFY a TEXT, MODIFY b TEXT, ADD c TEXT", "a text utf8mb4? b text utf8mb4? c text utf8mb4?")]
    public void MariaDB_gives_a_text_that_is_redefined_its_own_size(string columns, string alter, string expected) => Assert.Equal(expected,
        ColumnsAfter($"CREATE TABLE t ({columns}) CHARSET latin1", $"ALTER TABLE t {alter}, CONVERT TO CHARSET utf8mb4"));

    [Theory]
    [InlineData("latin1", "cp1251", "'ü','aé'", "'ь','aй'")]
    [InlineData("cp1251", "latin1", "'ж','ключ'", "'æ','êëþ÷'")]
    [InlineData("latin1", "ucs2", "'aé'", "'懩'")]
    [InlineData("latin2", "cp1251", "'ü','ł'", "'ь','і'")]
    [InlineData("utf8mb4", "gbk", "'ü','ж'", "'眉','卸'")]
    [InlineData("utf8mb4", "binary", "'ü'", "'ü'")]
    [InlineData("ucs2", "binary", "'a'", "'\\0a'")]
    [InlineData("ucs2", "latin1", "'ж'", "'\\x046'")]
    public void Labels_keep_their_bytes(string from, string to, string labels, string expected)
    {
        foreach (var isMariaDb in (bool[])[true, false])
        {
            Assert.Equal($"a enum({expected.Replace("\\x04", "\u0004", StringComparison.Ordinal)}) {to}?", ColumnsAfter(isMariaDb,
                $"CREATE TABLE t (a ENUM({labels}) CHARACTER SET {from})", $"ALTER TABLE t CONVERT TO CHARACTER SET {to}"));
        }
    }

    [Theory]
    [InlineData("latin1", "utf8mb4", "'é'")]
    [InlineData("latin1", "ascii", "'é'")]
    [InlineData("cp1251", "utf8mb4", "'ж'")]
    [InlineData("latin1", "utf8mb3", "'é'")]
    [InlineData("latin1", "binary", "'é'")]
    [InlineData("gbk", "latin1", "'中'")]
    public void Labels_whose_bytes_are_no_text_any_more_leave_the_table_unknown(string from, string to, string labels)
    {
        foreach (var isMariaDb in (bool[])[true, false])
        {
            Assert.Contains("what becomes of the label", ColumnsAfter(isMariaDb, $"CREATE TABLE t (a SET({labels}) CHARACTER SET {from})",
                $"ALTER TABLE t CONVERT TO CHARACTER SET {to}"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(50624, "a enum('a','') latin1?")]
    [InlineData(90700, "a enum('a\\0b','\\0c') latin1?")]
    public void Labels_end_at_a_zero_on_MySql_5_6(int version, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = Context(isMariaDb: false);
        LoggedSql.Instance.Apply(catalogue, "CREATE TABLE t (a ENUM('a\\0b', '\\0c'))",
            context with { Dialect = context.Dialect with { ServerVersion = version } });

        Assert.Equal(expected, TextOf(catalogue));
    }
}
