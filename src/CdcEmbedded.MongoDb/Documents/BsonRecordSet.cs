using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>All documents of one received buffer as records: a record's number is the place of its document's first byte.</summary>
/// <remarks>
/// So one object serves a whole batch, and a document costs nothing before it is read. A field read by its name walks the document up to
/// it; whoever reads by place or enumerates makes an array of four bytes a field, which is kept for the next reader.
/// </remarks>
internal sealed class BsonRecordSet : RecordSet
{
    private const int StackOffsets = 128;
    private const int Probes = 4;
    private const int LargestTable = 1 << 20;

    private readonly byte[] _buffer;
    private readonly DocumentBuffer _source;

    // A hash table by the document's place, of entries [place, first element's offset in the document, second, …]. An entry is in one
    // of four slots. Entries are only ever added, each by one atomic write; a table that is replaced while somebody adds to it may lose
    // that entry, which is made again when it is next asked for.
    private int[]?[]? _walked;

    /// <summary>Creates the set.</summary>
    public BsonRecordSet(DocumentBuffer source)
    {
        _source = source;
        _buffer = source.Bytes;
    }

    public override TableSchema? Schema => null;

    /// <summary>A document of this buffer as a record.</summary>
    /// <param name="offset">Where it begins.</param>
    public DataRecord At(int offset) => new(this, offset);

    public override int GetFieldCount(int record) => Walked(record).Length - 1;

    public override string GetFieldName(int record, int field)
    {
        var reader = ElementAt(record, field);
        return NameOf(reader, record);
    }

    public override DataValue GetValue(int record, int field)
    {
        var reader = ElementAt(record, field);
        return reader.ValueIn(_buffer, record).ToValue(_source, record);
    }

    public override RecordField GetField(int record, int field)
    {
        var reader = ElementAt(record, field);
        return new RecordField(NameOf(reader, record), reader.ValueIn(_buffer, record).ToValue(_source, record));
    }

    public override bool TryGetValue(int record, string name, out DataValue value)
    {
        Span<byte> scratch = stackalloc byte[ElementName.StackBytes];
        var reader = new ElementReader(Document(record));
        if (!Find(ref reader, ElementName.Encode(name, scratch), record))
        {
            value = default;
            return false;
        }

        value = reader.ValueIn(_buffer, record).ToValue(_source, record);
        return true;
    }

    public override int IndexOf(int record, string name)
    {
        Span<byte> scratch = stackalloc byte[ElementName.StackBytes];
        var utf8 = ElementName.Encode(name, scratch);
        var reader = new ElementReader(Document(record));
        try
        {
            for (var index = 0; reader.Read(); index++)
            {
                if (reader.Name.SequenceEqual(utf8))
                {
                    return index;
                }
            }

            return -1;
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, e);
        }
    }

    public override ReadOnlyMemory<byte> GetBytes(int record) => _buffer.AsMemory(record, Document(record).Length);

    public override bool TryWriteJson(int record, Utf8JsonWriter writer)
    {
        WriteJson(record, writer, ExtendedJsonMode.Relaxed);
        return true;
    }

    // Canonical: in the relaxed form the int 1, the long 1 and the double 1 look alike (R53).
    public override bool TryWriteKeyJson(int record, Utf8JsonWriter writer)
    {
        WriteJson(record, writer, ExtendedJsonMode.Canonical);
        return true;
    }

    public override bool HasOwnJson => true;

    public override void WriteFieldJson(int record, int field, Utf8JsonWriter writer, bool isKey)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var value = ElementAt(record, field).ValueIn(_buffer, record);
        try
        {
            ExtendedJson.Write(writer, value.Type, value.Span, isKey ? ExtendedJsonMode.Canonical : ExtendedJsonMode.Relaxed);
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, value, e);
        }
    }

    public override DataRecord Detach(int record)
    {
        var origin = _source.Find(record) is { } known ? new DetachedOrigin(known) : null;
        return new DataRecord(new BsonRecordSet(new DocumentBuffer(Document(record).ToArray(), origin)), 0);
    }

    public override string? GetPosition(int record) => _source.Find(record)?.Position;

    public override ReadOnlyMemory<byte> GetRawValue(int record, int field) => ElementAt(record, field).ValueIn(_buffer, record).Bytes;

    /// <inheritdoc/>
    protected override ValueDecodingException Undecodable(int record, int field, CdcProtocolException cause)
        => _source.Refuse(record, ElementAt(record, field).ValueIn(_buffer, record), cause);

    private void WriteJson(int record, Utf8JsonWriter writer, ExtendedJsonMode mode)
    {
        try
        {
            ExtendedJson.Write(writer, ElementType.Document, Document(record), mode);
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, e);
        }
    }

    private bool Find(ref ElementReader reader, scoped ReadOnlySpan<byte> name, int record)
    {
        try
        {
            return reader.Find(name);
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, e);
        }
    }

    /// <summary>The bytes of a document.</summary>
    private ReadOnlySpan<byte> Document(int record)
    {
        var bytes = _buffer.AsSpan(record);
        return bytes[..BsonLength.OfDocument(bytes, record)];
    }

    private string NameOf(in ElementReader reader, int record)
    {
        try
        {
            return BsonNames.Get(reader.Name);
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, e);
        }
    }

    private ElementReader ElementAt(int record, int field)
    {
        var walked = Walked(record);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)walked.Length - 1, nameof(field));
        var reader = new ElementReader(Document(record), walked[field + 1]);
        reader.Read();
        return reader;
    }

    private int[] Walked(int record)
    {
        if (Volatile.Read(ref _walked) is { } table)
        {
            var slot = Slot(record);
            for (var probe = 0; probe < Probes && Volatile.Read(ref table[(slot + probe) & (table.Length - 1)]) is { } entry; probe++)
            {
                if (entry[0] == record)
                {
                    return entry;
                }
            }
        }

        var walked = Walk(record);
        Keep(walked);
        return walked;
    }

    private int[] Walk(int record)
    {
        Span<int> onStack = stackalloc int[StackOffsets];
        var offsets = onStack;
        offsets[0] = record;
        var count = 1;
        var reader = new ElementReader(Document(record));
        try
        {
            while (reader.Read())
            {
                if (count == offsets.Length)
                {
                    var larger = new int[count * 2];
                    offsets.CopyTo(larger);
                    offsets = larger;
                }

                offsets[count++] = reader.ElementOffset;
            }
        }
        catch (CdcProtocolException e)
        {
            throw _source.Refuse(record, e);
        }

        return offsets[..count].ToArray();
    }

    private void Keep(int[] walked)
    {
        var table = Volatile.Read(ref _walked) ?? new int[]?[Probes];
        while (!TryPut(table, walked))
        {
            // Past the limit the offsets lie so oddly that nothing is worth keeping.
            var larger = new int[]?[table.Length < LargestTable ? table.Length * 2 : Probes];
            for (var i = 0; i < table.Length && larger.Length > table.Length; i++)
            {
                if (Volatile.Read(ref table[i]) is { } entry)
                {
                    TryPut(larger, entry);
                }
            }

            table = larger;
        }

        Volatile.Write(ref _walked, table);
    }

    private static bool TryPut(int[]?[] table, int[] walked)
    {
        var slot = Slot(walked[0]);
        for (var probe = 0; probe < Probes; probe++)
        {
            var there = Interlocked.CompareExchange(ref table[(slot + probe) & (table.Length - 1)], walked, null);
            if (there is null || there[0] == walked[0])
            {
                return true;
            }
        }

        return false;
    }

    private static int Slot(int record) => (int)(((ulong)record * 0x9E3779B97F4A7C15UL) >> 33);
}
