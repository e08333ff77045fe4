using CdcEmbedded;

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
}
