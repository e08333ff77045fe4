using System.Buffers;
using CdcEmbedded;

namespace CdcTail;

/// <summary>Prints what a stream yields.</summary>
internal interface IEventPrinter : IDisposable
{
    /// <summary>Writes an item, without a line end.</summary>
    /// <returns>False for items that print nothing.</returns>
    bool Print(StreamItem item, IBufferWriter<byte> output);
}
