using System.Buffers.Binary;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>Prints values of binary JSON documents as the server does. Must be disposed.</summary>
internal ref struct JsonPrinter
{
    // The server refuses documents that are nested more than 100 deep (JSON_DOCUMENT_MAX_DEPTH).
    private const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _bytes;
    private JsonTextBuffer _text;

    // Each byte of a document belongs to one value. Reading more bytes than there are means that values share bytes, which no server
    // writes, and which would make the text grow without limit.
    private long _budget;

    /// <summary>Creates the printer.</summary>
    /// <param name="bytes">The bytes to which all locations refer.</param>
    /// <param name="budget">Number of these bytes that belong to documents.</param>
    /// <param name="capacity">The approximate length of the text.</param>
    public JsonPrinter(ReadOnlySpan<byte> bytes, int budget, int capacity)
    {
        _bytes = bytes;
        _text = new JsonTextBuffer(capacity);
        _budget = budget;
    }

    public void Dispose() => _text.Dispose();

    public readonly string ToText() => _text.ToText();

    /// <summary>Writes JSON that is not a value of the document.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> json) => _text.Write(json);

    public void WriteQuoted(scoped ReadOnlySpan<byte> text) => _text.WriteQuoted(text);

    /// <summary>Writes a value from the bytes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="depth">Number of containers around it.</param>
    public void Write(in JsonLocation value, int depth)
    {
        switch (value.Type)
        {
            case <= JsonLocation.LargeArray: WriteContainer(value, depth); break;
            case JsonLocation.Literal: WriteLiteral(value); break;
            case JsonLocation.Int16: _text.Write(BinaryPrimitives.ReadInt16LittleEndian(Take(value, 2))); break;
            case JsonLocation.UInt16: _text.Write((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(value, 2))); break;
            case JsonLocation.Int32: _text.Write(BinaryPrimitives.ReadInt32LittleEndian(Take(value, 4))); break;
            case JsonLocation.UInt32: _text.Write((long)BinaryPrimitives.ReadUInt32LittleEndian(Take(value, 4))); break;
            case JsonLocation.Int64: _text.Write(BinaryPrimitives.ReadInt64LittleEndian(Take(value, 8))); break;
            case JsonLocation.UInt64: _text.Write(BinaryPrimitives.ReadUInt64LittleEndian(Take(value, 8))); break;
            case JsonLocation.Double: _text.Write(BinaryPrimitives.ReadDoubleLittleEndian(Take(value, 8))); break;
            case JsonLocation.Text: _text.WriteQuoted(TakeSized(value, 0)); break;
            case JsonLocation.Opaque: JsonOpaque.Write(ref _text, Take(value, 1)[0], TakeSized(value, 1)); break;
            default: throw Malformed($"a value has the unknown type {value.Type}");
        }
    }

    /// <summary>Opens a container to print its content, and counts its bytes.</summary>
    public JsonContainer Open(in JsonLocation value, int depth)
    {
        CheckDepth(depth);
        var container = JsonContainer.Read(_bytes, value);
        Charge(container.TableBytes);
        return container;
    }

    /// <summary>Writes some of a container's values, with their keys but without brackets around them.</summary>
    /// <param name="container">The container.</param>
    /// <param name="first">The index of the first of them.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="depth">Number of containers around them.</param>
    public void WriteRun(in JsonContainer container, int first, int count, int depth)
    {
        for (var i = first; i < first + count; i++)
        {
            if (i > first)
            {
                _text.Write(", "u8);
            }

            if (container.IsObject)
            {
                WriteKey(container, i, null);
            }

            Write(container.Value(_bytes, i), depth);
        }
    }

    /// <summary>Writes a key.</summary>
    /// <param name="container">The object.</param>
    /// <param name="index">The key's index in it.</param>
    /// <param name="key">The key, if it is not in the object.</param>
    public void WriteKey(in JsonContainer container, int index, byte[]? key)
    {
        var name = key ?? container.Key(_bytes, index);
        Charge(key is null ? name.Length : 0);
        _text.WriteQuoted(name);
        _text.Write(": "u8);
    }

    public readonly void CheckDepth(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw Malformed($"it is nested more than {MaxDepth} deep");
        }
    }

    private void WriteContainer(in JsonLocation value, int depth)
    {
        var container = Open(value, depth);
        _text.Write(container.IsObject ? (byte)'{' : (byte)'[');
        WriteRun(container, 0, container.Count, depth + 1);
        _text.Write(container.IsObject ? (byte)'}' : (byte)']');
    }

    private void WriteLiteral(in JsonLocation value)
    {
        // A document without bytes is also null.
        var literal = value.Start == value.End ? (byte)0 : Take(value, 1)[0];
        _text.Write(literal switch
        {
            0 => "null"u8,
            1 => "true"u8,
            2 => "false"u8,
            _ => throw Malformed($"a literal has the unknown code {literal}"),
        });
    }

    private ReadOnlySpan<byte> TakeSized(scoped in JsonLocation value, int skip)
    {
        var bytes = _bytes[(value.Start + skip)..value.End];
        uint length = 0;
        for (var i = 0; i < 5 && i < bytes.Length; i++)
        {
            length |= (uint)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) != 0)
            {
                continue;
            }

            bytes = bytes[(i + 1)..];
            if (length > (uint)bytes.Length)
            {
                throw Malformed($"{length} bytes are needed, {bytes.Length} are left");
            }

            Charge(i + 1 + (int)length);
            return bytes[..(int)length];
        }

        throw Malformed("a length has no end");
    }

    private ReadOnlySpan<byte> Take(scoped in JsonLocation value, int length)
    {
        if (length > value.End - value.Start)
        {
            throw Malformed($"{length} bytes are needed, {value.End - value.Start} are left");
        }

        if (!value.IsInline)
        {
            Charge(length);
        }

        return _bytes.Slice(value.Start, length);
    }

    private void Charge(int bytes)
    {
        _budget -= bytes;
        if (_budget < 0)
        {
            throw Malformed("values share bytes");
        }
    }

    private readonly CdcProtocolException Malformed(string what) => new($"A JSON document of {_bytes.Length} bytes is malformed: {what}.");
}
