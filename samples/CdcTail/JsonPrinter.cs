using System.Buffers;
using CdcEmbedded;
using CdcEmbedded.Formats;

namespace CdcTail;

/// <summary>One JSON object for each item.</summary>
internal sealed class JsonPrinter(bool transactions) : IEventPrinter
{
    private readonly EnvelopeJson _json = new(new EnvelopeJsonOptions { IncludeTransaction = transactions });

    public bool Print(StreamItem item, IBufferWriter<byte> output)
    {
        switch (item)
        {
            case ChangeEvent change:
                _json.Write(output, change);
                return true;
            case TransactionBegin begin:
                _json.Write(output, begin);
                return true;
            case TransactionEnd end:
                _json.Write(output, end);
                return true;
            case SchemaChange change:
                _json.Write(output, change);
                return true;
            case Notice notice:
                _json.Write(output, notice);
                return true;
            default:
                return false;
        }
    }

    public void Dispose() => _json.Dispose();
}
