using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A place in the model's log: whole transactions, then changes of the next one.</summary>
internal sealed class ModelPosition : SourcePosition
{
    private readonly string _text;

    public ModelPosition(int transactions, int changes = 0)
    {
        Transactions = transactions;
        Changes = changes;
        _text = $"{transactions}.{changes}";
    }

    public int Transactions { get; }

    public int Changes { get; }

    public override string Connector => "model";

    public override string? SourceId => null;

    public override bool IsTransactionEnd => Changes == 0;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteString("at", _text);

    protected override int? Compare(SourcePosition other) => other is not ModelPosition position ? null
        : Transactions != position.Transactions ? Transactions.CompareTo(position.Transactions) : Changes.CompareTo(position.Changes);

    public override string ToString() => _text;
}
