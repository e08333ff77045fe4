using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests;

/// <summary>A position that is only a number; of a source of the kind <c>test</c>.</summary>
internal sealed class PlainPosition(long number = 0, string connector = "test") : SourcePosition
{
    public long Number => number;

    public override string Connector => connector;

    public override string? SourceId => null;

    public override bool IsTransactionEnd => true;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteNumber("n", number);

    protected override int? Compare(SourcePosition other) => other is PlainPosition { Number: var n } ? number.CompareTo(n) : null;
}
