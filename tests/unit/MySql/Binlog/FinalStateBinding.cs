using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Binds table maps without names to the tables as they were at the end of the recording, if they match.</summary>
internal sealed class FinalStateBinding(Recording recording)
{
    private readonly JsonElement _tables = recording.FinalState();

    // Tables that were altered during the recording: their last columns are not those of every row.
    private readonly bool _isAltered = recording.Name.Contains("ddl", StringComparison.Ordinal)
        || recording.Name.Contains("fuzzalter", StringComparison.Ordinal)
        || recording.Name.Contains("rotate", StringComparison.Ordinal);

    public RowBuffer Bind(RowBuffer rows)
    {
        if (rows.Map.Schema is not null || _isAltered || !_tables.TryGetProperty(rows.Map.FullName, out var table))
        {
            return rows;
        }

        var definitions = Definitions(table);
        Assert.True(rows.Map.TryBind(definitions, false, out var bound, out var mismatch), mismatch);
        return rows.Rebind(bound);
    }

    /// <summary>Returns the columns of a table of final_state.json.</summary>
    public static List<ColumnDefinition> Definitions(JsonElement table)
    {
        var key = 0;
        return table.GetProperty("columns").EnumerateArray().Select(c => new ColumnDefinition(
            c.GetProperty("name").GetString() ?? "",
            c.GetProperty("type").GetString() ?? "",
            c.GetProperty("nullable").GetBoolean(),
            c.GetProperty("charset").GetString(),
            c.GetProperty("key").GetString() == "PRI" ? ++key : 0)).ToList();
    }
}
