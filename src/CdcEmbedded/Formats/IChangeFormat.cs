using System.Buffers;

namespace CdcEmbedded.Formats;

/// <summary>Writes changes as bytes for others, such as messages of a broker. Reuses its buffers: use one for each consumer, not from
/// several threads at once.</summary>
public interface IChangeFormat : IDisposable
{
    /// <summary>The media type of what it writes, such as <c>application/json</c>.</summary>
    string MediaType { get; }

    /// <summary>Writes a change.</summary>
    /// <param name="output">Receives the bytes; none if this method throws.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    void Write(IBufferWriter<byte> output, ChangeEvent change);

    /// <summary>Writes the key of a change, for the key of a message.</summary>
    /// <param name="output">Receives the bytes; none if there is no key or this method throws.</param>
    /// <param name="change">The change.</param>
    /// <returns>False if the change has no key.</returns>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    bool TryWriteKey(IBufferWriter<byte> output, ChangeEvent change);

    /// <summary>Writes an item of any kind.</summary>
    /// <param name="output">Receives the bytes; none if the format has no form of the item, or this method throws.</param>
    /// <param name="item">The item.</param>
    /// <returns>False if the format has no form of it.</returns>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    bool TryWrite(IBufferWriter<byte> output, StreamItem item);

    /// <summary>Returns true if a message with the change's key and no value follows it, so that a broker that compacts its log forgets the
    /// key.</summary>
    /// <param name="change">The change.</param>
    bool HasTombstone(ChangeEvent change);
}
