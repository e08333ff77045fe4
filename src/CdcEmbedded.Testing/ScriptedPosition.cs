using System.Globalization;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A place in a script: whole transactions, then rows inside the next, and whether that one's begin has been told.</summary>
internal sealed class ScriptedPosition : SourcePosition
{
    public const string Connector = "scripted";

    public ScriptedPosition(int transactions, int rows, bool isBegun)
    {
        Transactions = transactions;
        Rows = rows;
        IsBegun = isBegun;
    }

    public int Transactions { get; }

    public int Rows { get; }

    public bool IsBegun { get; }

    public override bool IsTransactionEnd => !IsBegun;

    public override CdcOffset ToOffset() => CdcOffset.Parse(string.Create(CultureInfo.InvariantCulture,
        $$"""{"v":1,"source":"scripted","tx":{{Transactions}},"row":{{Rows}},"begun":{{(IsBegun ? "true" : "false")}}}"""));

    public static ScriptedPosition FromOffset(CdcOffset offset)
    {
        try
        {
            using var document = JsonDocument.Parse(offset.ToString());
            var root = document.RootElement;
            if (root.GetProperty("source").GetString() == Connector)
            {
                return new ScriptedPosition(root.GetProperty("tx").GetInt32(), root.GetProperty("row").GetInt32(),
                    root.GetProperty("begun").GetBoolean());
            }
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new OffsetFormatException($"This is no offset of a scripted source: {offset}.", e);
        }

        throw new OffsetFormatException($"This is no offset of a scripted source: {offset}.");
    }
}
