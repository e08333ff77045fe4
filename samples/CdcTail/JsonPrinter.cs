using System.Buffers;
using CdcEmbedded;
using CdcEmbedded.Formats;

namespace CdcTail;

/// <summary>One JSON object for each item.</summary>
internal sealed class JsonPrinter(IChangeFormat format) : IEventPrinter
{
    /// <summary>Creates the printer that the command line asks for; null for people.</summary>
    public static JsonPrinter? Create(Arguments arguments) => arguments.Format switch
    {
        OutputFormat.Json => new(new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = arguments.Transactions })),
        OutputFormat.Debezium => new(new DebeziumJson(new DebeziumJsonOptions { IncludeTransaction = arguments.Transactions })),
        OutputFormat.CloudEvents => new(new CloudEventsJson()),
        _ => null,
    };

    public bool Print(StreamItem item, IBufferWriter<byte> output) => format.TryWrite(output, item);

    public void Dispose() => format.Dispose();
}
