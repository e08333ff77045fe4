using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>Statements as bytes of their session's character set: quotes and backslashes are found before any text is decoded.</summary>
public sealed class StatementBytesTests
{
    private const int Big5 = 1, Swe7 = 10, Sjis = 13, Gbk = 28, Utf8Mb4 = 45, Cp1251 = 51, Cp932 = 95, Gb18030 = 248, Latin1 = 8;

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
            [.. "CREATE TABLE t (`"u8, 0xEA, 0xEB, 0xFE, 0xF7, .. "` enum('"u8, 0xE4, 0xE0, .. "') COMMENT '"u8, 0x98, .. "')"u8]));

        // The last comment's byte is no character of UTF-8, and spoils nothing else.
        Assert.Equal("ключ int", ColumnsAfter(Utf8Mb4, [.. Encoding.UTF8.GetBytes("CREATE TABLE t (`ключ` int COMMENT '"), 0xFF,
            .. "')"u8]));

        // Ä is [ in this character set, and a name needs no quotes for it.
        Assert.Equal("Äa int", ColumnsAfter(Swe7, "CREATE TABLE t (`[a` int)"u8.ToArray()));
        Assert.Equal("a int", ColumnsAfter(Latin1, [.. "CREATE TABLE"u8, 0xA0, .. "t"u8, 0xA0, .. "(a int)"u8]));
    }

    [Theory]
    [InlineData("ключ int", "CREATE TABLE `t` (`ключ` int) START TRANSACTION")]
    [InlineData("my_row_id bigint unsigned, ключ int",
        "CREATE TABLE `t` (\n  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,\n  `ключ` int)")]
    public void A_statement_that_the_server_wrote_is_UTF8_whatever_the_client_has(string expected, string statement)
        => Assert.Equal(expected, ColumnsAfter(Cp1251, Encoding.UTF8.GetBytes(statement)));

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
        Assert.NotNull(changes.FindAfter(BinlogPosition.At("binlog.000001"), "d", "named"));
        Assert.Null(changes.FindAfter(BinlogPosition.At("binlog.000001"), "d", "free"));
    }

    private static string ColumnsAfter(int collation, byte[] statement)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, collation, statement);
        return catalogue.Find("d", "t") is { } table ? string.Join(", ", table.Columns.Select(column => $"{column.Name} {column.TypeText}"))
            : catalogue.ReasonOf("d", "t") ?? "";
    }

    private static IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, int collation, byte[] statement)
    {
        var (words, context) = Read(collation, statement);
        return LoggedSql.Instance.Apply(catalogue, words, context);
    }

    /// <summary>Makes a QUERY event, whose status variable 4 has the client's, the connection's and the server's collation.</summary>
    private static (string Words, StatementContext Context) Read(int collation, byte[] statement)
    {
        byte[] status = [4, 0, 0, 8, 0, 8, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(status.AsSpan(1), (ushort)collation);
        var query = QueryEvent.Read([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, (byte)status.Length, 0, .. status, (byte)'d', 0, .. statement]);
        return (query.GetWords(), StatementContext.Of(query, SqlDialect.Of(query, null)));
    }
}
