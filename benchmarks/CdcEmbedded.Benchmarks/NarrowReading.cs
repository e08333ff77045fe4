namespace CdcEmbedded.Benchmarks;

/// <summary>The ways to read a row of W1; each returns a sum of what it has read.</summary>
internal static class NarrowReading
{
    public static long ByName(DataRecord row) => row["id"].AsInt64() + row["qty"].AsInt64() + row["name"].AsString().Length
        + row["price"].AsDecimal().Scale + row["at_time"].AsDateTime().Ticks + row["flag"].AsInt64();

    public static long ByForeach(DataRecord row)
    {
        long sink = 0;
        foreach (var (name, value) in row)
        {
            sink += name.Length + value.Kind switch
            {
                ValueKind.Int64 => value.AsInt64(),
                ValueKind.Decimal => value.AsDecimal().Scale,
                ValueKind.Text => value.AsString().Length,
                ValueKind.DateTime => value.AsDateTime().Ticks,
                _ => 1,
            };
        }

        return sink;
    }

    public static long TypedByIndex(DataRecord row) => row.GetInt64(0) + row.GetInt32(1) + row.GetString(2).Length
        + row.GetDecimal(3).Scale + row.GetDateTime(4).Ticks + row.GetInt32(5);

    public static long TypedByName(DataRecord row) => row.GetInt64("id") + row.GetInt32("qty") + row.GetString("name").Length
        + row.GetDecimal("price").Scale + row.GetDateTime("at_time").Ticks + row.GetInt32("flag");

    public static long TypedUtf8(DataRecord row) => row.GetInt64(0) + row.GetInt32(1) + (row.TryGetUtf8(2, out var name) ? name.Length : 0)
        + row.GetDecimal(3).Scale + row.GetDateTime(4).Ticks + row.GetInt32(5);

    /// <summary>The line that the README's first example writes.</summary>
    public static long AsText(ChangeEvent change)
        => $"{change.Operation} {change.Table} {change.Key}: {change.Before} -> {change.After}".Length;

    public static long Take(NarrowRow row) => row.Id + row.Qty + row.Name.Length + row.Price.Scale + row.AtTime.Ticks + row.Flag;
}
