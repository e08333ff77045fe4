using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Every row that real servers logged, compared column by column with what their triggers saw.</summary>
public class RecordingTests
{
    // Rows that are rolled back later are in the file too. Recognizing them is the stream's task, not that of these tests.
    private static readonly string[] HasRollback = ["mysql-5.6/tx", "mysql-5.6/tx-gtidv1", "mysql-5.6/myisam_mix", "mysql-9.7/myisam_mix"];

    public static TheoryData<string> MySql => Recording.Names("mysql-9.7", "mysql-5.6");

    public static TheoryData<string> All => Recording.Names("mysql-9.7", "mysql-5.6", "mariadb-10.11", "mariadb-11.8");

    [Fact]
    public void Recordings_exist() => Assert.True(Recording.All("mysql-9.7").Count + Recording.All("mysql-5.6").Count > 10);

    [Theory]
    [MemberData(nameof(MySql))]
    public async Task Events_have_the_types_and_positions_that_the_server_lists(string name)
    {
        var recording = Recording.Get(name);
        var read = await RecordedRows.ReadAsync(recording);

        // The server lists the events of a payload with its end as both their start and their end.
        var listed = recording.Events().Where(e => e[1] != e[4])
            .Select(e => (e[0], e[1], Type: Normalize(e[2]), Server: e[3], End: e[4])).ToArray();
        var found = read.Events
            .Select(e => (e.File, e.Position.ToString(), Type: Normalize(e.Header.Type), e.Header.ServerId.ToString(),
                e.Header.NextPosition.ToString()))
            .ToArray();
        Assert.Equal(listed, found);
    }

    [Theory]
    [MemberData(nameof(MySql))]
    public async Task Rows_have_the_values_that_the_server_had(string name)
    {
        var recording = Recording.Get(name);
        var read = await RecordedRows.ReadAsync(recording);
        var expected = recording.Expected().ToList();
        var byGtid = expected.Where(e => e.GetProperty("gtid").ValueKind == JsonValueKind.String).ToLookup(e
            => e.GetProperty("gtid").GetString() ?? "");
        var binding = new FinalStateBinding(recording);
        var compared = 0;
        if (byGtid.Count > 0)
        {
            foreach (var transaction in Transactions(read).Where(t => t.IsReadable && byGtid.Contains(t.Gtid)))
            {
                compared += Compare(transaction.Rows, [.. byGtid[transaction.Gtid]], binding, name);
            }
        }
        else
        {
            compared = Compare([.. read.Events.Where(e => e.Rows is not null)], expected, binding, name);
        }

        var unreadable = read.Events.Any(e => e.Header.Type == EventType.TransactionPayload);
        Assert.True(unreadable || compared == expected.Count, $"{compared} of {expected.Count} rows were compared");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_event_reads_without_error(string name)
    {
        foreach (var path in Recording.Get(name).BinlogFiles)
        {
            await using var file = BinlogFile.Open(path);
            FormatDescription? format = null;
            do
            {
                while (file.TryRead(out var slice))
                {
                    format = EventHeader.Read(slice.Span).Type == EventType.FormatDescription
                        ? FormatDescription.Read(slice.Span[EventHeader.Length..]) : format;
                    Assert.NotNull(format);
                    EventReading.ReadAnything(slice.Span, format);
                }
            }
            while (await file.FillAsync(CancellationToken.None));
        }
    }

    private static int Compare(List<RecordedRows.Event> events, List<JsonElement> expected, FinalStateBinding binding, string name)
    {
        var next = 0;
        foreach (var e in events)
        {
            var rows = e.Rows ?? throw new InvalidOperationException();
            var bound = binding.Bind(rows);
            for (var row = 0; row < rows.RowCount; row++)
            {
                var difference = next < expected.Count ? Difference(bound, row, expected[next], bound.Map.Schema is null)
                    : "no row was expected";
                if (difference is null)
                {
                    next++;
                }
                else if (!HasRollback.Contains(name) && !IsInvisible(rows))
                {
                    Assert.Fail($"{name} {e.File}:{e.Position} row {row} of {rows.Map.FullName}: {difference}");
                }
            }
        }

        Assert.Equal(expected.Count, next);
        return next;
    }

    // Tables of mysql.* and similar ones, which the truth omits.
    private static bool IsInvisible(RowBuffer rows) => rows.Map.Database is "mysql" or "zz_truth";

    private static string? Difference(RowBuffer rows, int row, JsonElement expected, bool structureOnly)
    {
        var op = rows.Operation switch { RowsOperation.Write => "c", RowsOperation.Update => "u", _ => "d" };
        if (expected.GetProperty("db").GetString() != rows.Map.Database || expected.GetProperty("table").GetString() != rows.Map.Table
            || expected.GetProperty("op").GetString() != op)
        {
            return $"{op} where {expected} is expected";
        }

        return rows.Operation switch
        {
            RowsOperation.Write => Difference(rows, row, expected, "after", structureOnly),
            RowsOperation.Delete => Difference(rows, row, expected, "before", structureOnly),
            _ => Difference(rows, 2 * row, expected, "before", structureOnly)
                ?? Difference(rows, (2 * row) + 1, expected, "after", structureOnly),
        };
    }

    private static string? Difference(RowBuffer rows, int image, JsonElement expected, string side, bool structureOnly)
    {
        var fields = expected.GetProperty(side).EnumerateObject().ToList();
        var field = 0;
        for (var column = 0; column < rows.ColumnCount; column++)
        {
            if (rows.IsAbsent(image, column))
            {
                continue;
            }

            if (field == fields.Count)
            {
                return $"{side} has more columns than {fields.Count}";
            }

            var (name, wanted) = (fields[field].Name, fields[field].Value);
            field++;
            var value = rows.GetValue(image, column);
            var isRight = structureOnly
                ? value.IsNull == (wanted.ValueKind == JsonValueKind.Null)
                : rows.Map.Schema?.Columns[column].Name == name && ExpectedValue.Matches(value, wanted);
            if (!isRight)
            {
                return $"{side} {name} is {value.Kind} '{value}' of column {rows.Map.Schema?.Columns[column]}, "
                    + $"expected {wanted.GetRawText()}";
            }
        }

        return field == fields.Count ? null : $"{side} has {field} columns of {fields.Count}";
    }

    private static List<(string Gtid, bool IsReadable, List<RecordedRows.Event> Rows)> Transactions(RecordedRows read)
    {
        var result = new List<(string Gtid, bool IsReadable, List<RecordedRows.Event> Rows)>();
        foreach (var e in read.Events)
        {
            if (e.Header.Type is EventType.Gtid or EventType.GtidTagged or EventType.AnonymousGtid)
            {
                result.Add((GtidEvent.Read(e.Header.Type, e.Body).Gtid.ToString(), true, []));
            }
            else if (e.Header.Type == EventType.TransactionPayload)
            {
                result[^1] = result[^1] with { IsReadable = false };
            }
            else if (e.Rows is not null)
            {
                result[^1].Rows.Add(e);
            }
        }

        return result;
    }

    private static string Normalize(EventType type) => type switch
    {
        EventType.PartialUpdateRows => "updaterowspartial",
        EventType.WriteRowsV1 => "writerowsv1",
        _ => Normalize(type.ToString()),
    };

    private static string Normalize(string type) => type.Replace("_log_event", "", StringComparison.Ordinal).Replace("_", "",
        StringComparison.Ordinal)
        .Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant() is var t && t == "formatdesc" ? "formatdescription" : t;
}
