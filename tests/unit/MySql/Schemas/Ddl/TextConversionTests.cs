using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Events;
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
    [InlineData(50624, "a int? b char(1) latin1?", "CONVERT TO CHARACTER SET ucs2")]
    [InlineData(50624, "a int? b char(1) latin1?", "CONVERT TO CHARACTER SET ucs2, ALGORITHM=INPLACE, RENAME TO t")]
    [InlineData(50624, "a int? b char(1) ucs2?", "CONVERT TO CHARACTER SET ucs2, COMMENT 'x'")]
    [InlineData(50624, "a int? b char(1) ucs2?", "CHARACTER SET ucs2")]
    [InlineData(50624, "a bigint? b char(1) ucs2?", "CONVERT TO CHARACTER SET ucs2, MODIFY a BIGINT")]
    [InlineData(50624, "a int? b char(1)?", "CONVERT TO CHARACTER SET ucs2, MODIFY a INT COMMENT 'x'")]
    [InlineData(90700, "a int? b char(1) ucs2?", "CONVERT TO CHARACTER SET ucs2")]
    public void A_table_without_texts_keeps_its_character_set_on_MySql_5_6(int version, string expected, string alter)
        => Assert.Equal(expected, ColumnsAfterOn(version, "CREATE TABLE t (a INT)", "ALTER TABLE t " + alter, "ALTER TABLE t ADD b CHAR"));

    [Theory]
    [InlineData("a char(1) ucs2? b char(1) ucs2?", "a CHAR", "ucs2")]
    [InlineData("a char(1) ucs2? b char(1)?", "a CHAR CHARACTER SET ucs2", "ucs2")]
    [InlineData("a char(1) latin1? b char(1) latin1?", "a CHAR", "latin1")]
    public void A_table_whose_texts_have_the_character_set_may_keep_its_own_on_MySql_5_6(string expected, string column, string to)
        => Assert.Equal(expected, ColumnsAfterOn(50624, $"CREATE TABLE t ({column})", $"ALTER TABLE t CONVERT TO CHARACTER SET {to}",
            "ALTER TABLE t ADD b CHAR"));

    [Theory]
    [InlineData(true, null, "latin1")]
    [InlineData(true, "cp1251", "latin1")]
    [InlineData(false, null, "latin1")]
    [InlineData(false, "cp1251", "cp1251")]
    public void CONVERT_TO_DEFAULT_takes_the_sessions_collation_database_on_MySQL(bool isMariaDb, string? session, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE DATABASE d CHARACTER SET latin1", "CREATE TABLE t (a CHAR) CHARSET ucs2"], isMariaDb);
        LoggedSql.Instance.Apply(catalogue, "ALTER TABLE t CONVERT TO CHARACTER SET DEFAULT",
            Context(isMariaDb) with { DatabaseCharacterSet = session });

        Assert.Equal($"a char(1) {expected}?", TextOf(catalogue));
    }

    [Theory]
    [InlineData("latin1", "CREATE DATABASE e", true)]
    [InlineData("latin1", "CREATE DATABASE e CHARACTER SET = DEFAULT", true)]
    [InlineData("latin1", "CREATE DATABASE e CHARACTER SET koi8r; ALTER DATABASE e DEFAULT CHARSET DEFAULT", true)]
    [InlineData("koi8r", "CREATE DATABASE e CHARACTER SET koi8r; ALTER DATABASE e COLLATE DEFAULT", true)]
    [InlineData("latin1", "CREATE DATABASE e CHARACTER SET koi8r; ALTER DATABASE e COLLATE = DEFAULT", false)]
    [InlineData("koi8r", "CREATE DATABASE e CHARACTER SET koi8r; ALTER DATABASE e COMMENT 'none'", true)]
    public void A_database_without_a_character_set_has_that_of_the_server_not_of_the_sessions_database(string expected, string statements,
        bool isMariaDb)
    {
        // On the wire: client, connection and server collation, then collation_database (latin1_bin is 47, cp1251_bin 50, utf8mb4_bin 46).
        byte[] status = [4, 46, 0, 46, 0, 47, 0, 8, 50, 0];
        var catalogue = new SchemaCatalogue();
        foreach (var statement in statements.Split("; "))
        {
            var query = QueryEvent.Read([.. new byte[11], (byte)status.Length, 0, .. status, 0, .. Encoding.UTF8.GetBytes(statement)]);
            LoggedSql.Instance.Apply(catalogue, statement,
                StatementContext.Of(query, Context(isMariaDb).Dialect with { ServerVersion = isMariaDb ? 110800 : 50624 }));
        }

        Assert.Equal(expected, catalogue.CharacterSetOf("e"));
    }

    [Theory]
    [InlineData("utf8mb4", "ucs2", "ab")]
    [InlineData("utf8mb4", "utf16", "abc")]
    [InlineData("utf16", "latin1", "†")]
    public void Labels_with_bytes_that_are_no_character_are_not_guessed_when_they_are_converted_again(string from, string to, string first)
    {
        foreach (var isMariaDb in (bool[])[true, false])
        {
            string[] twice = [$"CREATE TABLE t (a ENUM('{first}', 'x') CHARACTER SET {from})",
                $"ALTER TABLE t CONVERT TO CHARACTER SET {to}", "ALTER TABLE t ADD b INT, ADD c DATE"];
            Assert.DoesNotContain("bytes", ColumnsAfter(isMariaDb, twice), StringComparison.Ordinal);
            Assert.Contains("bytes that are no character", ColumnsAfter(isMariaDb, [.. twice,
                $"ALTER TABLE t CONVERT TO CHARACTER SET {from}"]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("latin1", "'ж','é','q'", "'?','é','q'")]
    [InlineData("ascii", "'é'", "'?'")]
    [InlineData("utf8mb3", "'𝄞a','ж'", "'?a','ж'")]
    [InlineData("ucs2", "'𝄞'", "'?'")]
    [InlineData("utf16", "'𝄞'", "'𝄞'")]
    [InlineData("cp1251", "'éж'", "'?ж'")]
    [InlineData("gbk", "'中é','ÿ'", "'中é','?'")]
    [InlineData("binary", "'é'", "'é'")]
    [InlineData("gb18030", "'ÿ𝄞'", "'ÿ𝄞'")]
    public void A_character_of_a_label_that_the_character_set_does_not_have_is_a_question_mark(string charset, string labels,
        string expected)
    {
        foreach (var isMariaDb in (bool[])[true, false])
        {
            Assert.Equal($"a enum({expected}) {charset}?", ColumnsAfter(isMariaDb,
                $"CREATE TABLE t (a ENUM({labels}) CHARACTER SET {charset})"));
        }
    }

    [Fact]
    public void Labels_pass_through_the_character_set_of_the_connection()
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        LoggedSql.Instance.Apply(catalogue, "CREATE TABLE t (`ж` ENUM('ж','é', x'd0b6') CHARACTER SET utf8mb4)",
            Context(isMariaDb: true) with { ConnectionCharset = Charset.ByName("latin1") });

        Assert.Equal("ж enum('?','é','ж') utf8mb4?", TextOf(catalogue));
    }

    [Theory]
    [InlineData("utf8mb4", "utf8mb4", "ä,x", "ä,x")]
    [InlineData("binary", "latin1", "ä,x", "Ã¤,x")]
    [InlineData("utf8mb4", "cp1251", "ж,x", "Р¶,x")]
    [InlineData("binary", "ucs2", "ab,c", "慢,c")]
    [InlineData("binary", "utf16", "abcde,a", "a扣摥,a")]
    [InlineData("latin1", "cp1251", "é,x", "й,x")]
    public void Labels_of_a_session_whose_texts_are_bytes_are_those_bytes(string client, string column, string labels, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = Context(isMariaDb: false) with { ConnectionCharset = Charset.ByName("binary") };
        byte[] bytes = [.. (client == "latin1" ? Encoding.Latin1 : Encoding.UTF8).GetBytes(
            $"CREATE TABLE t (a ENUM('{labels.Replace(",", "','", StringComparison.Ordinal)}') CHARACTER SET {column})")];
        LoggedSql.Instance.Apply(catalogue, Encoding.Latin1.GetString(bytes),
            context with { Dialect = context.Dialect with { Charset = Charset.ByName(client) } });

        Assert.Equal($"a enum('{expected.Replace(",", "','", StringComparison.Ordinal)}') {column}?", TextOf(catalogue));
    }

    [Theory]
    [InlineData(101119, "a enum('\\0A','\\0B') utf8mb3? b enum('\\0A','\\0B') utf8mb3? "
        + "c set('\\0A','\\0B') utf8mb3? d set('\\0q') utf8mb3?")]
    [InlineData(110800, "a enum('\\0A','\\0B') utf8mb3? b enum('\\0A','\\0z') utf8mb3? "
        + "c set('\\0q','\\0w') utf8mb3? d set('\\0q') utf8mb3?")]
    public void MariaDB_10_11_keeps_one_list_for_labels_that_are_the_same_up_to_a_zero(int version, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = Context(isMariaDb: true);
        context = context with { Dialect = context.Dialect with { ServerVersion = version } };
        LoggedSql.Instance.Apply(catalogue, "CREATE TABLE t (a ENUM('A','B'), b ENUM('A','z'), c SET('q','w'), d SET('q')) CHARSET ucs2",
            context);
        LoggedSql.Instance.Apply(catalogue, "ALTER TABLE t CONVERT TO CHARACTER SET utf8", context);

        Assert.Equal(expected, TextOf(catalogue));
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
