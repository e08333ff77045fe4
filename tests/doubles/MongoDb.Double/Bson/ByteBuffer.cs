using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>Bytes that grow, with lengths patched in afterwards.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public Memory<byte> Written => _bytes.AsMemory(0, Length);

    public void Byte(byte value) => Grow(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Grow(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Grow(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Grow(value.Length));

    public void CString(string value)
    {
        Encoding.UTF8.GetBytes(value, Grow(Encoding.UTF8.GetByteCount(value)));
        Byte(0);
    }

    public void Text(string value)
    {
        Int32(Encoding.UTF8.GetByteCount(value) + 1);
        CString(value);
    }

    /// <summary>Leaves room for a length; <see cref="Close"/> fills it.</summary>
    public int Open()
    {
        Int32(0);
        return Length - 4;
    }

    /// <summary>Ends a document that was opened there.</summary>
    public void Close(int start)
    {
        Byte(0);
        PatchLength(start);
    }

    public void PatchLength(int start) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), Length - start);

    private Span<byte> Grow(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
