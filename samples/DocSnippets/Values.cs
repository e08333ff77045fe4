// <values>
using CdcEmbedded;
// </values>

namespace DocSnippets;

/// <summary>What the pages show of values.</summary>
public static class Values
{
    /// <summary>Prints the fields of a change.</summary>
    public static void Print(ChangeEvent change)
    {
        // <values>
        foreach (var field in change.After)
        {
            var text = field.Value.Kind switch
            {
                ValueKind.Absent => "(not in the log)",
                ValueKind.Null => "NULL",
                ValueKind.Decimal => field.Value.AsBigDecimal().ToString(),       // all 65 digits
                ValueKind.Binary => Convert.ToHexString(field.Value.AsBytes().Span),
                _ => field.Value.ToString(),
            };
            Console.WriteLine($"{field.Name}: {text}");
        }
        // </values>
    }

    /// <summary>Reads rows into types.</summary>
    public static void Read(ChangeEvent change)
    {
        // <row-read>
        var order = change.After.To<Order>();
        var note = change.After.GetStringOrNull("note");
        if (change.ChangedColumns is { } columns && columns.Contains("total"))
        {
            Console.WriteLine($"{order.Id}: {order.Total} {note}");
        }
        // </row-read>
    }

    /// <summary>Reads single columns as their types.</summary>
    public static long Columns(DataRecord row)
    {
        // <columns-read>
        var id = row.GetInt64("id");                 // by name, or by index: row.GetInt64(0)
        var total = row.GetDecimal("total");
        var length = row.TryGetUtf8("note", out var note) ? note.Length : 0;       // the received bytes, without a string
        // </columns-read>
        return id + total.Scale + length;
    }
}
