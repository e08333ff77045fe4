using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Documents of one reply, in place. Immutable, safe from any thread.</summary>
internal sealed class DocumentBlock : IDocumentOrigin
{
    private readonly MongoSnapshotTable _table;
    private readonly byte[] _buffer;
    private readonly int[] _offsets;
    private readonly BsonRecordSet _records;
    private Keys? _keys;

    private DocumentBlock(MongoSnapshotTable table, byte[] buffer, int[] offsets, int first, int count)
    {
        _table = table;
        _buffer = buffer;
        _offsets = offsets;
        _records = new BsonRecordSet(new DocumentBuffer(buffer, this));
        First = first;
        Count = count;
    }

    /// <summary>Finds the documents of a reply.</summary>
    /// <param name="table">Their collection.</param>
    /// <param name="documents">The array that holds them.</param>
    /// <param name="expected">How many there may be.</param>
    public static DocumentBlock Of(MongoSnapshotTable table, RawBson documents, int expected)
    {
        var offsets = new int[Math.Clamp(expected, 4, 100_000)];
        var count = 0;
        foreach (var element in documents)
        {
            if (count == offsets.Length)
            {
                Array.Resize(ref offsets, count * 2);
            }

            offsets[count++] = RawBson.InArray(element).Offset;
        }

        return new DocumentBlock(table, documents.Buffer, offsets, 0, count);
    }

    /// <summary>All documents of several replies, copied where there is more than one.</summary>
    public static DocumentBlock Join(IReadOnlyList<DocumentBlock> blocks)
    {
        if (blocks.Count == 1)
        {
            return blocks[0];
        }

        using var bytes = new MemoryStream();
        var offsets = new List<int>();
        foreach (var block in blocks)
        {
            for (var i = 0; i < block.Count; i++)
            {
                offsets.Add((int)bytes.Position);
                bytes.Write(block[i].Span);
            }
        }

        return new DocumentBlock(blocks[0]._table, bytes.ToArray(), [.. offsets], 0, offsets.Count);
    }

    /// <summary>The number of documents.</summary>
    public int Count { get; }

    /// <summary>The bytes that keeping it keeps alive.</summary>
    public long ByteSize => _buffer.Length + (_offsets.Length * 4L);

    private int First { get; }

    /// <summary>A document.</summary>
    public RawBson this[int index]
    {
        get
        {
            var offset = Offset(index);
            return new RawBson(_buffer, offset, BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(offset)));
        }
    }

    /// <summary>A document as a record.</summary>
    public DataRecord RecordAt(int index) => _records.At(Offset(index));

    /// <summary>A document's key as a record, as <c>documentKey</c> has it.</summary>
    /// <param name="index">Which document.</param>
    /// <param name="fields">The fields of the key.</param>
    public DataRecord KeyAt(int index, IReadOnlyList<KeyField> fields)
    {
        var keys = Volatile.Read(ref _keys);
        if (keys is null)
        {
            // Made for all documents at once; a second thread may make them again.
            keys = BuildKeys(fields);
            Volatile.Write(ref _keys, keys);
        }

        return keys.Records.At(keys.Offsets[index]);
    }

    /// <summary>Some of the documents.</summary>
    public DocumentBlock Slice(int start, int count) => start == 0 && count == Count ? this
        : new DocumentBlock(_table, _buffer, _offsets, First + start, count);

    /// <inheritdoc/>
    public DocumentOrigin? Find(int offset)
    {
        for (var i = First; i < First + Count; i++)
        {
            var start = _offsets[i];
            if (offset >= start && offset - start < BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(start)))
            {
                return new DocumentOrigin(_table.Database, _table.Name, null, start, IsEvent: false);
            }
        }

        return null;
    }

    private int Offset(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _offsets[First + index];
    }

    private Keys BuildKeys(IReadOnlyList<KeyField> fields)
    {
        // length | elements: type, name, 0, value | 0
        using var bytes = new MemoryStream(Count * 32);
        var offsets = new int[Count];
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (var i = 0; i < offsets.Length; i++)
        {
            var document = this[i];
            offsets[i] = (int)bytes.Position;
            bytes.Write([0, 0, 0, 0]);
            foreach (var field in fields)
            {
                if (field.In(document) is { Exists: true } value)
                {
                    bytes.WriteByte((byte)value.Type);
                    bytes.Write(field.Utf8);
                    bytes.WriteByte(0);
                    bytes.Write(value.Span);
                }
            }

            bytes.WriteByte(0);
            BinaryPrimitives.WriteInt32LittleEndian(length, (int)bytes.Position - offsets[i]);
            length.CopyTo(bytes.GetBuffer().AsSpan(offsets[i]));
        }

        return new Keys(new BsonRecordSet(new DocumentBuffer(bytes.ToArray())), offsets);
    }

    private sealed record Keys(BsonRecordSet Records, int[] Offsets);
}
