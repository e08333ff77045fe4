using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A position in a script: whole transactions, then rows inside the next one.</summary>
internal sealed class ScriptedPosition : SourcePosition
{
    public const string ConnectorName = "scripted";

    public ScriptedPosition(int transactions, int rows)
    {
        Transactions = transactions;
        Rows = rows;
    }

    public int Transactions { get; }

    public int Rows { get; }

    public override string Connector => ConnectorName;

    public override string? SourceId => null;

    public override bool IsTransactionEnd => Rows == 0;

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteNumber("tx"u8, Transactions);
        writer.WriteNumber("row"u8, Rows);
    }

    protected override int? Compare(SourcePosition other) => other is not ScriptedPosition position ? null
        : Transactions != position.Transactions ? Transactions.CompareTo(position.Transactions)
        : Rows.CompareTo(position.Rows);

    public static ScriptedPosition FromOffset(CdcOffset offset)
    {
        var content = OffsetContent.Read(offset, ConnectorName);
        return content.Position.TryGetProperty("tx"u8, out var tx) && tx.ValueKind == JsonValueKind.Number
            && tx.TryGetInt32(out var transactions)
            && content.Position.TryGetProperty("row"u8, out var row) && row.ValueKind == JsonValueKind.Number
            && row.TryGetInt32(out var rows)
            && transactions >= 0 && rows >= 0
                ? new ScriptedPosition(transactions, rows)
                : throw new OffsetFormatException($"This is not an offset of a scripted source: {offset}.");
    }
}
