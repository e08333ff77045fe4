using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Cuts received bytes into events. Each chunk is written once and then belongs to the events that point into it; only the start
/// of an event that straddles two chunks is copied.</summary>
/// <param name="maxLength">Most bytes of an event.</param>
internal sealed class EventChunks(int maxLength)
{
    private const int ChunkLength = 64 * 1024;

    // The first growth of an event beyond a chunk: more is allocated only as its bytes arrive, whatever its length field says.
    private const int LargeStep = 4 * 1024 * 1024;

    // Once so much of an event has arrived, all of its length is allocated at once: a value of 50 MB is copied less often.
    private const int BelievedLength = 16 * 1024 * 1024;

    private byte[] _chunk = [];
    private int _start;
    private int _end;

    /// <summary>Number of received bytes that are not yet a whole event.</summary>
    public int Buffered => _end - _start;

    /// <summary>Returns room for more bytes: at least one.</summary>
    public Memory<byte> GetFreeMemory()
    {
        if (_end == _chunk.Length)
        {
            var needed = (int)Math.Min(NeededLength(),
                Buffered >= BelievedLength ? maxLength : Math.Max(Buffered * 2L, LargeStep));
            var next = GC.AllocateUninitializedArray<byte>(Math.Max(ChunkLength, Math.Max(needed, Buffered + 1)));
            _chunk.AsSpan(_start, Buffered).CopyTo(next);
            _end = Buffered;
            _start = 0;
            _chunk = next;
        }

        return _chunk.AsMemory(_end);
    }

    /// <summary>Records how many bytes were written to the free memory.</summary>
    public void Advance(int count) => _end += count;

    public bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        var enough = Buffered >= count;
        bytes = enough ? _chunk.AsSpan(_start, count) : default;
        _start += enough ? count : 0;
        return enough;
    }

    public bool TryRead(out EventSlice slice)
    {
        slice = default;
        if (Buffered < EventHeader.Length)
        {
            return false;
        }

        var length = EventHeader.Read(_chunk.AsSpan(_start)).EventLength;
        if (length > (uint)maxLength)
        {
            throw new CdcProtocolException($"An event header gives a length of {length} bytes; at most {maxLength} are accepted "
                + "(MaxEventBytes).", payloadOffset: 9);
        }

        if ((uint)Buffered < length)
        {
            return false;
        }

        slice = new EventSlice(_chunk, _start, (int)length);
        _start += (int)length;
        return true;
    }

    private uint NeededLength() => Buffered < EventHeader.Length ? ChunkLength
        : BinaryPrimitives.ReadUInt32LittleEndian(_chunk.AsSpan(_start + 9));
}
