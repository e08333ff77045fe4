using System.Text;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>What the readers of the log see of tables, by the one interface.</summary>
public sealed class SchemaTrackerTests
{
    private const string Long = "a_table_with_a_name_as_long_as_the_server_allows_xxxxx";

    private readonly InMemoryOffsetStore _store = new();
    private SourceNotes? _notes;

    [Fact]
    public async Task A_captured_table_whose_columns_are_known_needs_no_resolving()
    {
        await using var tracker = await OpenAsync(new SchemaSourceDouble(Table("id", "int")));

        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);

        Assert.False(tracker.NeedsResolving);
        Assert.Equal("id", tracker.Find(77)?.Table?.Schema.Columns[0].Name);
        Assert.Null(tracker.Find(78));
    }

    [Fact]
    public async Task A_captured_table_whose_columns_do_not_fit_is_looked_up_as_it_was_at_the_transaction()
    {
        var source = new SchemaSourceDouble(Table("id", "int"));
        await using var tracker = await OpenAsync(source);

        // Dropped and created again without columns that could be followed: what is known is that it exists.
        Apply(tracker, "CREATE TABLE t LIKE u", 500);
        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
        Assert.True(tracker.NeedsResolving);
        var skipped = await tracker.ResolveAsync(At(600), At(700).Coordinates!.Value, CancellationToken.None);

        Assert.Null(skipped);
        Assert.False(tracker.NeedsResolving);
        Assert.Equal("id", tracker.Find(77)?.Table?.Schema.Columns[0].Name);
        Assert.Equal(["open binlog.000001:4", "find db.t"], source.Asked);
    }

    [Fact]
    public async Task A_table_that_is_not_captured_is_never_looked_up()
    {
        var source = new SchemaSourceDouble();
        await using var tracker = await OpenAsync(source, include: "other.*");

        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);

        Assert.False(tracker.NeedsResolving);
        Assert.False(tracker.Find(77)?.IsCaptured);
        Assert.False(tracker.Captures("db", "t"));
        Assert.Empty(Apply(tracker, "ALTER TABLE t ADD b INT", 500));
    }

    [Fact]
    public async Task Columns_that_cannot_be_found_end_the_stream_with_what_the_source_advises()
    {
        await using var tracker = await OpenAsync(new SchemaSourceDouble());
        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);

        var failure = await Assert.ThrowsAsync<SchemaUnknownException>(
            async () => await tracker.ResolveAsync(At(600), At(700).Coordinates!.Value, CancellationToken.None));

        Assert.Contains("db.t at binlog.000001:700 are not known", failure.Message, StringComparison.Ordinal);
        Assert.Contains("there is no such table", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Ask another one.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_skipped_table_is_reported_once_and_again_after_a_statement_that_changes_tables()
    {
        await using var tracker = await OpenAsync(new SchemaSourceDouble(), onUnknown: FaultPolicy.Skip);

        Assert.Equal("t", (await ReadMapAsync(tracker))?.Table);
        Assert.False(tracker.Find(77)?.IsCaptured);
        tracker.BeginFile();
        Assert.Null(await ReadMapAsync(tracker));
        Apply(tracker, "ALTER TABLE t ADD b INT", 500);
        Assert.Equal("t", (await ReadMapAsync(tracker))?.Table);
    }

    [Fact]
    public async Task A_statement_changes_the_meaning_of_the_same_table_map()
    {
        await using var tracker = await OpenAsync(new SchemaSourceDouble(Table("id", "int")));
        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);

        var change = Assert.Single(Apply(tracker, "ALTER TABLE t CHANGE id number INT", 500));
        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);

        Assert.Equal((TableChangeKind.Alter, "db", "t", "number"),
            (change.Kind, change.Database, change.Table, change.Definition?.Columns[0].Name));
        Assert.Equal("number", tracker.Find(77)?.Table?.Schema.Columns[0].Name);
    }

    [Theory]
    [InlineData("TRUNCATE TABLE t", "")]
    [InlineData("RENAME TABLE t TO u", "Rename t")]
    [InlineData("RENAME TABLE t TO _t_del, _t_gho TO t", "Alter t")]
    [InlineData($"RENAME TABLE {Long}0123456789 TO _{Long}01234_del, _{Long}01234_gho TO {Long}0123456789", $"Alter {Long}0123456789")]
    [InlineData("ALTER TABLE _t_gho ADD b INT", "")]
    [InlineData("DROP TABLE t, x", "Drop t,Drop x")]
    [InlineData("CREATE DATABASE other", "CreateDatabase ")]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)", "")]
    [InlineData("GRANT ALL ON *.* TO x", "")]
    public async Task The_application_sees_what_statements_do_to_captured_tables(string statement, string expected)
    {
        await using var tracker = await OpenAsync(new SchemaSourceDouble(Table("id", "int")));

        Assert.Equal(expected, string.Join(',', Apply(tracker, statement, 500).Select(c => $"{c.Kind} {c.Table}")));
    }

    [Fact]
    public async Task What_a_statement_changed_is_stored_before_an_offset_after_it_and_known_at_a_restart_there()
    {
        await using (var tracker = await OpenAsync(new SchemaSourceDouble(Table("id", "int"))))
        {
            Apply(tracker, "ALTER TABLE t CHANGE id number INT", 500);
            await tracker.SaveAsync(CancellationToken.None);
        }

        var after = new SchemaSourceDouble();
        await using var restarted = await OpenAsync(after, At(500), isStored: true);
        restarted.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
        Assert.Equal("number", restarted.Find(77)?.Table?.Schema.Columns[0].Name);
        Assert.Empty(after.Asked);

        // Before the statement its change is not known, and read from the log again.
        await restarted.OpenAsync(At(499), isStored: true, CancellationToken.None);
        restarted.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
        Assert.Equal("id", restarted.Find(77)?.Table?.Schema.Columns[0].Name);
    }

    [Fact]
    public async Task A_note_of_another_server_is_not_believed()
    {
        await using (var tracker = await OpenAsync(new SchemaSourceDouble(Table("id", "int"))))
        {
            await tracker.SaveAsync(CancellationToken.None);
        }

        var source = new SchemaSourceDouble(Table("other", "int"));
        var elsewhere = new BinlogPosition { Server = "another", Coordinates = new BinlogCoordinates("binlog.000001", 900) };
        await using var restarted = await OpenAsync(source, elsewhere, isStored: true);

        Assert.Equal(["open binlog.000001:900"], source.Asked);
    }

    [Fact]
    public async Task A_log_that_names_columns_is_not_stored_until_it_stops_naming_them()
    {
        var source = new SchemaSourceDouble(Table("id", "int")) { IsKept = false, KnowsAll = true };
        await using var tracker = await OpenAsync(source);
        Assert.Null(_notes?.References);

        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
        await tracker.ResolveAsync(At(600), At(700).Coordinates!.Value, CancellationToken.None);
        await tracker.SaveAsync(CancellationToken.None);

        Assert.Equal(["open binlog.000001:4", "all"], source.Asked);
        Assert.NotNull(_notes?.References);
    }

    [Fact]
    public async Task The_source_is_disposed_with_the_tracker()
    {
        var source = new SchemaSourceDouble();
        await (await OpenAsync(source)).DisposeAsync();
        Assert.True(source.IsDisposed);
    }

    private static TableDefinition Table(string column, string type)
        => new("db", "t", [new ColumnDefinition(column, type, IsNullable: true)], null, null);

    private static BinlogPosition At(long position)
        => new() { Server = "s", Coordinates = new BinlogCoordinates("binlog.000001", position) };

    private static IReadOnlyList<TableChange> Apply(ISchemaTracker tracker, string text, long end)
    {
        byte[] body = [7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, (byte)'d', (byte)'b', 0, .. Encoding.UTF8.GetBytes(text)];
        var statement = tracker.Read(QueryEvent.Read(body), TestEvents.Format);
        return tracker.Apply(statement, new TransactionMark(default, new BinlogCoordinates("binlog.000001", end)));
    }

    private static async Task<SkippedTable?> ReadMapAsync(ISchemaTracker tracker)
    {
        tracker.ReadTableMap(TestEvents.MapBody("int"), TestEvents.Format);
        return await tracker.ResolveAsync(At(600), At(700).Coordinates!.Value, CancellationToken.None);
    }

    private async Task<ISchemaTracker> OpenAsync(ISchemaSource source, BinlogPosition? position = null, bool isStored = false,
        string include = "*.*",
        FaultPolicy onUnknown = FaultPolicy.Fail)
    {
        var selection = new TableSelection(TableFilters.Create([include], [], ignoreCase: false), includesShadows: false,
            NullLogger.Instance);

        // A restart finds in its offset which notes belong to it.
        var notes = new SourceNotes(_store, "e");
        if (isStored && _notes?.References is { } references)
        {
            notes.Resume(CdcOffset.Parse($$"""{"v":2,"source":{"kind":"mysql"},"position":{},"notes":{{references}}}"""));
        }

        _notes = notes;
        var tracker = new SchemaTracker(selection, source, LoggedSql.Instance, notes, onUnknown);
        await tracker.OpenAsync(position ?? At(BinlogCoordinates.FirstPosition), isStored, CancellationToken.None);
        return tracker;
    }
}
