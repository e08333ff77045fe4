using System.Text.Json;

namespace CdcEmbedded.MySql.Recordings;

/// <summary>Compares delivered items with a recording's expected.jsonl, and knows which recordings can be read completely.</summary>
internal static class RecordedTruth
{
    public static TheoryData<string> Whole => [.. Names().Where(n => !IsRefused(n))];

    public static TheoryData<string> Refused => [.. Names().Where(IsRefused)];

    public static IEnumerable<string> Names()
        => new[] { "mysql-9.7", "mysql-5.6", "mariadb-10.11", "mariadb-11.8" }.SelectMany(Recording.All).Select(r => r.Name);

    private static bool IsRefused(string name) => name.Contains("statement_fmt", StringComparison.Ordinal);

    /// <summary>Compares changes with the lines from a given one on.</summary>
    /// <returns>Number of lines compared.</returns>
    public static int Compare(List<ChangeEvent> changes, List<JsonElement> expected)
    {
        var rows = changes.Where(c => c.Operation != ChangeOperation.Truncate).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            Assert.True(i < expected.Count, $"Change {i} is one more than expected: {FeedRun.Describe(rows[Math.Min(i, rows.Count - 1)])}");
            if (Difference(rows[i], expected[i]) is { } difference)
            {
                Assert.Fail($"Change {i}: {difference}\n{FeedRun.Describe(rows[i])}\n{expected[i].GetRawText()}");
            }
        }

        return rows.Count;
    }

    public static void CompareTransactions(List<StreamItem> items, List<JsonElement> expected)
    {
        var rows = 0;
        var before = 0;
        var counts = new Dictionary<string, long>();
        TransactionBegin? open = null;
        foreach (var item in items)
        {
            switch (item)
            {
                case TransactionBegin begin:
                    Assert.Null(open);
                    open = begin;
                    counts.Clear();
                    before = rows;
                    break;
                case ChangeEvent change:
                    Assert.Equal(open?.Transaction.Id, change.Transaction?.Id);
                    var name = $"{change.Database}.{change.Table}";
                    counts[name] = counts.GetValueOrDefault(name) + 1;
                    Assert.Equal(counts[name], change.DataCollectionOrder);
                    Assert.Equal(counts.Values.Sum(), change.TotalOrder);
                    rows += change.Operation == ChangeOperation.Truncate ? 0 : 1;
                    break;
                case TransactionEnd end:
                    Assert.Equal(open?.Transaction.Id, end.Transaction.Id);
                    Assert.Equal(counts.Values.Sum(), end.EventCount);
                    Assert.Equal(counts.OrderBy(c => c.Key), end.DataCollections.OrderBy(c => c.Key));
                    CheckLines(expected.Skip(before).Take(rows - before).ToList());
                    open = null;
                    break;
            }
        }

        Assert.Null(open);
    }

    private static void CheckLines(List<JsonElement> lines)
    {
        if (lines.Count > 0)
        {
            Assert.Single(lines.Select(l => l.GetProperty("tx").GetInt32()).Distinct());
            Assert.Equal(lines[0].GetProperty("tx_rows").GetInt32(), lines.Count);
        }
    }

    private static string? Difference(ChangeEvent change, JsonElement expected)
    {
        var op = change.Operation switch { ChangeOperation.Create => "c", ChangeOperation.Update => "u",
            ChangeOperation.Delete => "d", _ => "?" };
        var source = (MySqlSourceInfo)change.Source;
        return expected.GetProperty("db").GetString() != change.Database ? "database"
            : expected.GetProperty("table").GetString() != change.Table ? "table"
            : expected.GetProperty("op").GetString() != op ? "operation"
            : expected.GetProperty("gtid").GetString() != source.Gtid ? $"gtid {source.Gtid}"
            : Difference(change.Before, default, expected.GetProperty("before"))
                ?? Difference(change.After, change.Before, expected.GetProperty("after"));
    }

    /// <param name="background">The source of columns that the image does not contain (R24).</param>
    private static string? Difference(DataRecord record, DataRecord background, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            return record.HasValue ? "an unexpected record" : null;
        }

        var wanted = expected.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        foreach (var field in record)
        {
            var isRight = wanted.Remove(field.Name, out var value)
                ? ExpectedValue.Matches(field.Value, value)
                : field.Value.IsAbsent || (background.HasValue && background[field.Name].ToString() == field.Value.ToString());
            if (!isRight)
            {
                return $"column {field.Name} is {field.Value.Kind} '{field.Value}'";
            }
        }

        return wanted.Count == 0 ? null : $"columns {string.Join(',', wanted.Keys)} are missing";
    }
}
