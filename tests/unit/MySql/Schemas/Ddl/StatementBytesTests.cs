using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>Statements as bytes of their session's character set: quotes and backslashes are found before any text is decoded.</summary>
public sealed class StatementBytesTests
{
    private const int Big5 = 1, Swe7 = 10, Sjis = 13, Gbk = 28, Utf8Mb4 = 45, Cp1251 = 51, Cp932 = 95, Gb18030 = 248, Latin1 = 8;
    private const int NoBackslashEscapes = 1 << 20, Ansi = 1 << 18;

    [Theory]
    [InlineData(Swe7, "a int")]
    [InlineData(Latin1, "a int")]
    [InlineData(Utf8Mb4, "a int")]
    public void A_backslash_escapes_in_every_character_set(int collation, string expected)
        => Assert.Equal(expected, ColumnsAfter(collation, @"CREATE TABLE t (a int COMMENT 'it\'s (')"u8.ToArray()));

    [Theory]
    [InlineData(Big5, 0xA5, 0x5C)]
    [InlineData(Sjis, 0x83, 0x5C)]
    [InlineData(Cp932, 0x83, 0x5C)]
    [InlineData(Gbk, 0xBF, 0x5C)]
    [InlineData(Gb18030, 0xBF, 0x5C)]
    [InlineData(Gbk, 0x81, 0x60)]
    public void A_second_byte_that_looks_like_ASCII_is_neither_a_quote_nor_a_backslash(int collation, byte first, byte second)
    {
        Assert.Equal("a int, b int", ColumnsAfter(collation,
            [.. "CREATE TABLE t (a int COMMENT '"u8, first, second, .. "', `b` int COMMENT ')')"u8]));
        Assert.EndsWith(", b int", ColumnsAfter(collation, [.. "CREATE TABLE t (`"u8, first, second, .. "` int, b int)"u8]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_labels_are_decoded_one_by_one()
    {
        Assert.Equal("ключ enum('да')", ColumnsAfter(Cp1251,
            [.. "CREATE TABLE t (`"u8, 0xEA, 0xEB, 0xFE, 0xF7, .. "` enum('"u8, 0xE4, 0xE0, .. "') CHARSET cp1251 COMMENT '"u8, 0x98,
                .. "')"u8]));

        // The last comment's byte is no character of UTF-8, and spoils nothing else.
        Assert.Equal("ключ int", ColumnsAfter(Utf8Mb4, [.. Encoding.UTF8.GetBytes("CREATE TABLE t (`ключ` int COMMENT '"), 0xFF,
            .. "')"u8]));

        // Ä is [ in this character set, and a name needs no quotes for it.
        Assert.Equal("Äa int", ColumnsAfter(Swe7, "CREATE TABLE t (`[a` int)"u8.ToArray()));
        Assert.Equal("a int", ColumnsAfter(Latin1, [.. "CREATE TABLE"u8, 0xA0, .. "t"u8, 0xA0, .. "(a int)"u8]));
    }

    [Theory]
    [InlineData("ключ int", "CREATE TABLE `t` (`ключ` int) START TRANSACTION")]
    [InlineData("ключ int", "CREATE TABLE `t` (\n  `ключ` int\n) START TRANSACTION COMMENT='x'")]
    [InlineData("my_row_id bigint unsigned, ключ int",
        "CREATE TABLE `t` (\n  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,\n  `ключ` int)")]
    [InlineData("my_row_id bigint unsigned, ключ enum('\\\\')",
        "CREATE TABLE \"t\" (\n  \"my_row_id\" bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,\n"
        + "  \"ключ\" enum('\\\\'))", 4 | NoBackslashEscapes)]
    [InlineData("my_row_id bigint unsigned, ключ enum('\\\\')",
        "CREATE TABLE t (\n  my_row_id bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,\n  ключ enum('\\\\'))",
        NoBackslashEscapes)]
    public void A_statement_that_the_server_wrote_is_UTF8_whatever_the_client_has(string expected, string statement, int mode = 0)
        => Assert.Equal(expected, ColumnsAfter(Cp1251, Encoding.UTF8.GetBytes(statement), mode));

    [Theory]
    [InlineData("CREATE TABLE `t` (\n  `ключ` int(1) NOT NULL DEFAULT 0\n)")]
    [InlineData("CREATE OR REPLACE TABLE `t` (\n  `ключ` int(11) DEFAULT NULL\n) ENGINE=InnoDB")]
    [InlineData("CREATE TABLE `d`.`t` (\n  `ключ` int DEFAULT NULL\n) ENGINE=InnoDB")]
    [InlineData("CREATE TABLE \"t\" (\n  \"ключ\" int DEFAULT NULL\n)", 4)]
    public void A_table_in_the_form_of_SHOW_CREATE_TABLE_is_UTF8_if_its_bytes_are(string statement, int mode = 0)
    {
        Assert.Equal("ключ int", ColumnsAfter(Cp1251, Encoding.UTF8.GetBytes(statement), mode));
        Assert.Equal("ключ int", ColumnsAfter(Cp1251, [.. statement.Select(c => c > 127 ? (byte)(c - 'а' + 0xE0) : (byte)c)], mode));
    }

    [Theory]
    [InlineData("9.7.4", false)]
    [InlineData("11.8.9-MariaDB", false)]
    [InlineData("5.6.24-log", true)]
    public void DROP_TABLE_that_the_server_wrote_has_the_clients_character_set_but_before_MySql_5_7(string version, bool isUtf8)
    {
        // The bytes of ж in UTF-8 are Р¶ in cp1251.
        FormatDescription format = FormatDescription.Read(TestEvents.FormatBody(version, 1));
        var catalogue = new SchemaCatalogue { Assumes = true };
        foreach (string name in (string[])["ж", "Р¶"])
        {
            Apply(catalogue, Utf8Mb4, Encoding.UTF8.GetBytes($"CREATE TABLE `{name}` (a int)"));
        }

        Apply(catalogue, Cp1251, Encoding.UTF8.GetBytes("DROP TABLE `ж` /* generated by server */"), format);

        Assert.Equal(isUtf8, catalogue.Find("d", "ж") is null);
        Assert.Equal(!isUtf8, catalogue.Find("d", "Р¶") is null);
    }

    [Theory]
    [InlineData("CREATE FUNCTION f() RETURNS TEXT RETURN 'not closed")]
    [InlineData("CREATE DEFINER=`a`@`b` PROCEDURE p() ALTER TABLE t ADD 'x")]
    [InlineData("GRANT SELECT ON a.* TO 'b")]
    [InlineData("CREATE OR REPLACE VIEW v AS SELECT 'not closed")]
    [InlineData("ALTER EVENT e DO DROP TABLE 't")]
    public void Statements_about_no_table_are_not_read(string statement)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, Latin1, "CREATE TABLE t (a int)"u8.ToArray());

        Assert.Empty(Apply(catalogue, Latin1, Encoding.ASCII.GetBytes(statement)));
        Assert.NotNull(catalogue.Find("d", "t"));
    }

    [Fact]
    public void A_statement_that_cannot_be_read_leaves_only_tables_unknown_that_it_names()
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        foreach (var table in (string[])["t", "other", "`x``y`"])
        {
            Apply(catalogue, Latin1, Encoding.ASCII.GetBytes($"CREATE TABLE {table} (a int)"));
        }

        var statement = "ALTER TABLE ? `X``Y` COMMENT 'other"u8.ToArray();
        var changes = Apply(catalogue, Latin1, statement);

        Assert.Equal(["", "other", "x`y"], changes.Select(change => change.Table).Order(StringComparer.Ordinal));
        Assert.True(catalogue.IsUnknown("d", "other"));
        Assert.True(catalogue.IsUnknown("d", "x`y"));
        Assert.Equal("a int?", catalogue.Find("d", "t") is { Columns: [var column] } ? $"{column.Name} {column.TypeText}?" : "");
    }

    [Fact]
    public void What_a_server_has_now_does_not_count_where_a_later_statement_that_names_it_cannot_be_read()
    {
        var selection = new TableSelection(new TableFilter(["d.*"], [], ignoreCase: false), includesShadows: false, NullLogger.Instance);
        var changes = new LoggedChanges(selection, LoggedSql.Instance, ignoresTableCase: false);
        var end = new BinlogCoordinates("binlog.000001", 200);
        var (words, context) = Read(Latin1, "ALTER TABLE ? named 'x"u8.ToArray());
        changes.Add(words, context, end);
        var catalogue = new SchemaCatalogue();
        Apply(catalogue, Latin1, "CREATE TABLE named (a int)"u8.ToArray());
        Apply(catalogue, Latin1, "CREATE TABLE free (a int)"u8.ToArray());

        Assert.True(changes.RemoveFrom(catalogue));
        Assert.True(catalogue.IsUnknown("d", "named"));
        Assert.NotNull(catalogue.Find("d", "free"));
        Assert.NotNull(changes.FindAfter(new BinlogCoordinates("binlog.000001", 4), "d", "named"));
        Assert.Null(changes.FindAfter(new BinlogCoordinates("binlog.000001", 4), "d", "free"));
    }

    [Theory]
    [InlineData(Ansi, "\n)", "")]
    [InlineData(Ansi, "\n) START TRANSACTION", "")]
    [InlineData(Ansi, "\n) START TRANSACTION DEFAULT CHARSET=cp1250", "cp1250")]
    [InlineData(256, "\n)", "")]
    [InlineData(512, "\n)", "")]
    [InlineData(1024, "\n)", "")]
    [InlineData(2048, "\n)", "")]
    [InlineData(4096, "\n)", "")]
    [InlineData(16384, "\n)", "")]
    [InlineData(65536, "\n)", "")]
    [InlineData(131072, "\n)", "")]
    [InlineData(4, "\n)", "latin1")]
    [InlineData(8192 | 32768, "\n) DEFAULT CHARSET=latin1", "latin1")]
    public void A_description_without_options_does_not_say_the_character_set_of_the_table(int mode, string end, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, Utf8Mb4, Encoding.UTF8.GetBytes("CREATE TABLE `t` (\n  `a` char(3) DEFAULT NULL,\n"
            + $"  `b` char(3) CHARACTER SET ucs2,\n  `c` enum('é') DEFAULT NULL{end}"), mode: mode);
        Apply(catalogue, Utf8Mb4, "CREATE TABLE u (a CHAR(3))"u8.ToArray(), mode: mode);

        Assert.Equal($"{expected},ucs2,{expected}",
            string.Join(',', catalogue.Find("d", "t")!.Columns.Select(column => column.CharacterSet)));
        Assert.Equal("enum('é')", catalogue.Find("d", "t")!.Columns[2].TypeText);
        Assert.Equal("latin1", catalogue.Find("d", "u")!.Columns[0].CharacterSet);
    }

    private static string ColumnsAfter(int collation, byte[] statement, int mode = 0)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, collation, statement, mode: mode);
        return catalogue.Find("d", "t") is { } table ? string.Join(", ", table.Columns.Select(column => $"{column.Name} {column.TypeText}"))
            : catalogue.ReasonOf("d", "t") ?? "";
    }

    private static IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, int collation, byte[] statement,
        FormatDescription? format = null, int mode = 0)
    {
        var (words, context) = Read(collation, statement, format, mode);
        return LoggedSql.Instance.Apply(catalogue, words, context);
    }

    [Fact]
    public void Labels_are_read_in_the_character_set_of_the_connection_unless_the_server_wrote_them()
    {
        Assert.Equal(Charset.ByName("latin1"), Read(Cp1251, "CREATE TABLE t (a INT)"u8.ToArray(), connection: Latin1).Context
            .ConnectionCharset);
        Assert.Null(Read(Cp1251, "CREATE TABLE `t` (\n  `a` int\n) START TRANSACTION ENGINE=x"u8.ToArray(), connection: Latin1).Context
            .ConnectionCharset);
    }

    /// <summary>Makes a QUERY event, whose status variable 1 has the sql_mode, and 4 the client's, the connection's and the server's
    /// collation.</summary>
    private static (string Words, StatementContext Context) Read(int collation, byte[] statement, FormatDescription? format = null,
        int mode = 0, byte connection = Utf8Mb4)
    {
        byte[] status = [4, 0, 0, connection, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(status.AsSpan(8), mode);
        BinaryPrimitives.WriteUInt16LittleEndian(status.AsSpan(1), (ushort)collation);
        var query = QueryEvent.Read([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, (byte)status.Length, 0, .. status, (byte)'d', 0, .. statement]);
        return (query.GetWords(query.CharsetOn(format)), StatementContext.Of(query, SqlDialect.Of(query, format)));
    }
}
