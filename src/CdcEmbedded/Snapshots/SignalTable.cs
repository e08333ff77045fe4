using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The table or collection of the source into which others insert signals.</summary>
/// <param name="FullName">As <c>database.table</c>.</param>
/// <param name="IsDelivered">True if its rows are delivered too, because the source's options name it.</param>
internal sealed record SignalTable(string FullName, bool IsDelivered)
{
    public static SignalTable? Of(string? name, ISource source)
    {
        if (name is null)
        {
            return null;
        }

        var point = name.IndexOf('.', StringComparison.Ordinal);
        return new SignalTable(name, source.CapturesByName(name[..point], name[(point + 1)..]));
    }

    /// <summary>True if it is this table. Case does not count: some servers write all names in lower case.</summary>
    public bool Is(string database, string table)
        => FullName.Length == database.Length + 1 + table.Length && FullName.EndsWith(table, StringComparison.OrdinalIgnoreCase)
            && FullName.StartsWith(database, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a row: the fields <c>id</c> (or <c>_id</c>), <c>type</c> and <c>data</c>, or else the first three.</summary>
    public static SnapshotSignal Read(DataRecord row) => new()
    {
        Id = TextOf(row, "id", row.TryGetValue("_id", out _) ? "_id" : null, 0),
        Type = TextOf(row, "type", null, 1) ?? "",
        Data = TextOf(row, "data", null, 2),
    };

    private static string? TextOf(DataRecord row, string name, string? other, int index)
    {
        if (!row.TryGetValue(name, out var value) && (other is null || !row.TryGetValue(other, out value)))
        {
            value = row.Schema is not null && row.Count > index ? row[index] : DataValue.Absent;
        }

        return value.IsNull || value.IsAbsent ? null : value.ToString();
    }
}
