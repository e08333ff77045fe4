using System.Buffers;
using System.Buffers.Binary;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Composes a document of values that are bytes already. One use, one thread.</summary>
/// <remarks>Undecoded, so that a value of a type that the driver does not know, or of a future one, keeps its bytes.</remarks>
internal sealed class DocumentBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes;
    private readonly List<(int Start, int End)> _nested = [];

    /// <param name="expected">The expected length in bytes.</param>
    public DocumentBuilder(int expected)
    {
        _bytes = new ArrayBufferWriter<byte>(Math.Max(expected, 64) + 16);
        _bytes.Write("\0\0\0\0"u8);
    }

    /// <summary>Adds an element.</summary>
    public void Add(ReadOnlySpan<byte> name, RawValue value)
    {
        AddHead(name, value.Type);
        _bytes.Write(value.Span);
    }

    /// <summary>Begins a nested document or array.</summary>
    /// <returns>What <see cref="End"/> takes.</returns>
    public int Start(ReadOnlySpan<byte> name, ElementType type)
    {
        AddHead(name, type);
        var start = _bytes.WrittenCount;
        _bytes.Write("\0\0\0\0"u8);
        return start;
    }

    /// <summary>Ends a nested document or array.</summary>
    public void End(int start)
    {
        _bytes.Write("\0"u8);
        _nested.Add((start, _bytes.WrittenCount));
    }

    /// <summary>The whole document.</summary>
    public RawBson ToDocument()
    {
        _bytes.Write("\0"u8);
        var result = _bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(result, result.Length);
        foreach (var (start, end) in _nested)
        {
            BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(start), end - start);
        }

        return new RawBson(result);
    }

    private void AddHead(ReadOnlySpan<byte> name, ElementType type)
    {
        _bytes.Write([(byte)type]);
        _bytes.Write(name);
        _bytes.Write("\0"u8);
    }
}
