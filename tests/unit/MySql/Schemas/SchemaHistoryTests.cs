using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>The note that keeps table schemas, and what a restart at any position reads from it.</summary>
public sealed class SchemaHistoryTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Fact]
    public void A_restart_at_each_position_knows_the_columns_that_the_table_had_there()
    {
        var history = SchemaHistory.Begin(Catalogue("c0"), At(0), isKept: true);
        for (var i = 1; i <= 5; i++)
        {
            Alter(history, i);
        }

        var note = SchemaHistoryJson.Write(history);

        for (var i = 0; i <= 5; i++)
        {
            Assert.Equal($"c{i}", Read(note, At(i))?.Catalogue.Find("d", "t")?.Columns[0].Name);
        }

        Assert.Equal("c5", Read(note, At(9))?.Catalogue.Find("d", "t")?.Columns[0].Name);
    }

    [Fact]
    public void Versions_that_no_restart_can_need_are_folded_and_a_position_before_them_is_refused()
    {
        var history = SchemaHistory.Begin(Catalogue("c0"), At(0), isKept: true);
        for (var i = 1; i <= 70; i++)
        {
            Alter(history, i);
        }

        Assert.True(history.IsLong);
        history.Fold(At(60));
        Assert.Equal(10, history.Versions.Count);
        Assert.False(history.IsLong);

        var note = SchemaHistoryJson.Write(history);
        Assert.Null(Read(note, At(59)));
        Assert.Equal("c60", Read(note, At(60))?.Catalogue.Find("d", "t")?.Columns[0].Name);
        Assert.Equal("c65", Read(note, At(65))?.Catalogue.Find("d", "t")?.Columns[0].Name);
    }

    [Fact]
    public void Without_a_stored_offset_nothing_is_folded()
    {
        var history = SchemaHistory.Begin(Catalogue("c0"), At(0), isKept: true);
        for (var i = 1; i <= 64; i++)
        {
            Alter(history, i);
        }

        history.Fold(null);

        Assert.Equal(64, history.Versions.Count);
        Assert.False(history.IsLong);
    }

    [Fact]
    public void By_GTID_a_note_is_right_on_every_server_of_the_group()
    {
        var start = new BinlogPosition
        {
            Server = "a", Executed = new ExecutedGtids(GtidSet.Parse($"{Uuid}:1-5")),
                Coordinates = new BinlogCoordinates("binlog.000001", 400),
        };
        var history = SchemaHistory.Begin(Catalogue("c0"), start, isKept: true);
        history.Catalogue.Set(Table("c1"));
        history.Record([new TableChange(TableChangeKind.Alter, "d", "t")],
            new TransactionMark(new TransactionGtid(Gtid.Parse($"{Uuid}:6")), new BinlogCoordinates("binlog.000001", 500)));
        var note = SchemaHistoryJson.Write(history);

        BinlogPosition Elsewhere(string executed) => new()
        {
            Server = "b", Executed = new ExecutedGtids(GtidSet.Parse(executed)), Coordinates = new BinlogCoordinates("other.000009", 4),
        };
        Assert.Equal("c0", Read(note, Elsewhere($"{Uuid}:1-5"))?.Catalogue.Find("d", "t")?.Columns[0].Name);
        Assert.Equal("c1", Read(note, Elsewhere($"{Uuid}:1-6"))?.Catalogue.Find("d", "t")?.Columns[0].Name);
        Assert.Null(Read(note, Elsewhere($"{Uuid}:1-4")));
    }

    [Fact]
    public void Dropped_unknown_and_renamed_tables_and_databases_come_back_as_they_were()
    {
        var history = SchemaHistory.Begin(Catalogue("c0"), At(0), isKept: true);
        history.Catalogue.SetDatabase("e", "latin1");
        history.Record([new TableChange(TableChangeKind.CreateDatabase, "e", "")], Mark(1));
        history.Catalogue.Forget("d", "t");
        history.Catalogue.MarkUnknown("d", "u", "a reason");
        history.Record([new TableChange(TableChangeKind.Rename, "d", "t") { NewTable = "u" }], Mark(2));
        history.Record([new TableChange(TableChangeKind.Truncate, "d", "u")], Mark(3));

        var read = Read(SchemaHistoryJson.Write(history), At(9));

        Assert.Equal(2, read?.Versions.Count);
        Assert.True(read?.Catalogue.IsAbsent("d", "t"));
        Assert.True(read?.Catalogue.IsUnknown("d", "u"));
        Assert.Equal("latin1", read?.Catalogue.CharacterSetOf("e"));
        Assert.Null(Read(SchemaHistoryJson.Write(history), At(0))?.Catalogue.CharacterSetOf("e"));
    }

    [Theory]
    [InlineData("""{"v":2}""", "version 2")]
    [InlineData("""{"v":1}""", "damaged")]
    [InlineData("{", "damaged")]
    [InlineData("""{"v":1,"at":{"v":1,"source":"mongodb"},"base":{},"versions":[]}""", "mongodb")]
    public void A_damaged_note_is_refused_with_the_remedy(string note, string expected)
        => Assert.Contains(expected, Assert.Throws<OffsetFormatException>(() => Read(note, At(0))).Message,
            StringComparison.Ordinal);

    private static SchemaHistory? Read(string note, BinlogPosition offset) => SchemaHistoryJson.Read([note], offset, out _);

    private static void Alter(SchemaHistory history, int number)
    {
        history.Catalogue.Set(Table($"c{number}"));
        history.Record([new TableChange(TableChangeKind.Alter, "d", "t")], Mark(number));
    }

    private static TransactionMark Mark(int number) => new(default, new BinlogCoordinates("binlog.000001", 100 + number));

    private static BinlogPosition At(int number)
        => new() { Server = "s", Coordinates = new BinlogCoordinates("binlog.000001", 100 + number) };

    private static SchemaCatalogue Catalogue(string column)
    {
        var catalogue = new SchemaCatalogue();
        catalogue.Set(Table(column));
        return catalogue;
    }

    private static TableDefinition Table(string column)
        => new("d", "t", [new ColumnDefinition(column, "int", IsNullable: true)], null, null);
}
