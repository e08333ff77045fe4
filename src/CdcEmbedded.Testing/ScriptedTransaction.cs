using System.Globalization;

namespace CdcEmbedded.Testing;

/// <summary>A transaction of a script.</summary>
internal sealed class ScriptedTransaction : TransactionInfo
{
    public ScriptedTransaction(int index, DateTimeOffset timestamp)
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"scripted:{index}");
        Timestamp = timestamp;
    }

    public override string Id { get; }

    public override DateTimeOffset Timestamp { get; }
}
