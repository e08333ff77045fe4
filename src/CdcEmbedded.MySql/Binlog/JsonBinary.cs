using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog;

/// <summary>MySQL's binary JSON (sql-common/json_binary.h), printed as the server prints it (sql-common/json_dom.cc).</summary>
/// <remarks><code>
/// document  = type (1), value
/// type      = 0 small object, 1 large object, 2 small array, 3 large array, 4 literal, 5 int16, 6 uint16, 7 int32, 8 uint32,
///             9 int64, 10 uint64, 11 double, 12 string, 15 opaque
/// object    = count, size of all in bytes, key entries (offset, 2 bytes of length), value entries, keys, values
/// array     = count, size, value entries, values
/// entry     = type, offset from the container's begin, or the value itself where it fits: literals, int16, uint16; in large ones int32,
/// uint32
/// string    = length (seven bits per byte, lowest first, top bit: more follow), UTF-8
/// opaque    = column type (1), length as of strings, bytes
/// </code>Counts, sizes and offsets have 2 bytes in small containers and 4 in large ones.</remarks>
internal sealed class JsonBinary : ValueCodec
{
    // The server refuses documents deeper than 100 (JSON_DOCUMENT_MAX_DEPTH).
    private const int MaxDepth = 128;

    private const byte SmallObject = 0;
    private const byte LargeArray = 3;
    private const byte Literal = 4;
    private const byte Int16 = 5;
    private const byte UInt16 = 6;
    private const byte Int32 = 7;
    private const byte UInt32 = 8;
    private const byte Int64 = 9;
    private const byte UInt64 = 10;
    private const byte Double = 11;
    private const byte Text = 12;
    private const byte Opaque = 15;

    public static JsonBinary Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        // The server writes no bytes for the JSON null of a column that was filled in for rows of before it.
        if (bytes.IsEmpty)
        {
            return "null";
        }

        var reader = new Reader(bytes);
        try
        {
            return reader.Print();
        }
        finally
        {
            reader.Dispose();
        }
    }

    private ref struct Reader
    {
        private readonly ReadOnlySpan<byte> _document;
        private JsonTextBuffer _text;

        // Each byte of a document belongs to one value: to read more than there are means that values share bytes, which no server
        // writes and which would make the text grow beyond all bounds.
        private long _budget;

        public Reader(ReadOnlySpan<byte> document)
        {
            _document = document;
            _text = new JsonTextBuffer(document.Length * 2);
            _budget = document.Length;
        }

        public void Dispose() => _text.Dispose();

        public string Print()
        {
            WriteValue(_document[0], _document[1..], 0);
            return _text.ToText();
        }

        private void WriteValue(byte type, ReadOnlySpan<byte> value, int depth)
        {
            switch (type)
            {
                case <= LargeArray: WriteContainer(type, value, depth); break;
                case Literal: WriteLiteral(Take(value, 1)[0]); break;
                case Int16: _text.Write(BinaryPrimitives.ReadInt16LittleEndian(Take(value, 2))); break;
                case UInt16: _text.Write((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(value, 2))); break;
                case Int32: _text.Write(BinaryPrimitives.ReadInt32LittleEndian(Take(value, 4))); break;
                case UInt32: _text.Write((long)BinaryPrimitives.ReadUInt32LittleEndian(Take(value, 4))); break;
                case Int64: _text.Write(BinaryPrimitives.ReadInt64LittleEndian(Take(value, 8))); break;
                case UInt64: _text.Write(BinaryPrimitives.ReadUInt64LittleEndian(Take(value, 8))); break;
                case Double: _text.Write(BinaryPrimitives.ReadDoubleLittleEndian(Take(value, 8))); break;
                case Text: _text.WriteQuoted(TakeSized(value)); break;
                case Opaque: JsonOpaque.Write(ref _text, Take(value, 1)[0], TakeSized(value[1..])); break;
                default: throw Malformed($"a value of type {type}");
            }
        }

        private void WriteContainer(byte type, ReadOnlySpan<byte> value, int depth)
        {
            if (depth >= MaxDepth)
            {
                throw Malformed($"more than {MaxDepth} levels");
            }

            var wide = (type & 1) != 0;
            var width = wide ? 4 : 2;
            var isObject = type <= SmallObject + 1;
            var count = ReadOffset(Take(value, 2 * width), wide);
            var size = ReadOffset(value[width..], wide);
            if (size > (uint)value.Length)
            {
                throw Malformed($"a container of {size} bytes");
            }

            value = value[..(int)size];
            var keyEntry = isObject ? width + 2 : 0;
            var valueEntry = 1 + width;
            var header = 2 * width;
            var tableEnd = header + ((long)count * (keyEntry + valueEntry));
            if (tableEnd > value.Length)
            {
                throw Malformed($"a container of {count} values in {size} bytes");
            }

            Charge(tableEnd - header);
            _text.Write(isObject ? (byte)'{' : (byte)'[');
            var values = value[(header + ((int)count * keyEntry))..];
            for (var i = 0; i < (int)count; i++)
            {
                if (i > 0)
                {
                    _text.Write(", "u8);
                }

                if (isObject)
                {
                    _text.WriteQuoted(ReadKey(value, header + (i * keyEntry), wide));
                    _text.Write(": "u8);
                }

                WriteEntry(values.Slice(i * valueEntry, valueEntry), value, wide, depth);
            }

            _text.Write(isObject ? (byte)'}' : (byte)']');
        }

        private void WriteEntry(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> container, bool wide, int depth)
        {
            var type = entry[0];
            if (type is Literal or Int16 or UInt16 || (wide && type is Int32 or UInt32))
            {
                // The value stands in its entry, which is paid for: not again.
                Refund(type is Literal ? 1 : type is Int16 or UInt16 ? 2 : 4);
                WriteValue(type, entry[1..], depth + 1);
                return;
            }

            var offset = ReadOffset(entry[1..], wide);
            if (offset >= (uint)container.Length)
            {
                throw Malformed($"a value at {offset}, past its container");
            }

            WriteValue(type, container[(int)offset..], depth + 1);
        }

        private ReadOnlySpan<byte> ReadKey(ReadOnlySpan<byte> container, int at, bool wide)
        {
            var offset = ReadOffset(container[at..], wide);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(container[(at + (wide ? 4 : 2))..]);
            if (offset > (uint)container.Length)
            {
                throw Malformed($"a key at {offset}, past its container");
            }

            return Take(container[(int)offset..], length);
        }

        private ReadOnlySpan<byte> TakeSized(ReadOnlySpan<byte> value)
        {
            uint length = 0;
            for (var i = 0; i < 5 && i < value.Length; i++)
            {
                length |= (uint)(value[i] & 0x7f) << (7 * i);
                if ((value[i] & 0x80) == 0)
                {
                    Charge(i + 1);
                    return length <= int.MaxValue ? Take(value[(i + 1)..], (int)length) : throw Malformed($"a length of {length}");
                }
            }

            throw Malformed("a length without end");
        }

        private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> value, int length)
        {
            if (length > value.Length)
            {
                throw Malformed($"{length} bytes wanted, {value.Length} left");
            }

            Charge(length);
            return value[..length];
        }

        private void Charge(long bytes)
        {
            _budget -= bytes;
            if (_budget < 0)
            {
                throw Malformed("values that share bytes");
            }
        }

        private void Refund(int bytes) => _budget += bytes;

        private void WriteLiteral(byte literal) => _text.Write(literal switch
        {
            0 => "null"u8,
            1 => "true"u8,
            2 => "false"u8,
            _ => throw Malformed($"a literal {literal}"),
        });

        private readonly CdcProtocolException Malformed(string what)
            => new($"A JSON document of {_document.Length} bytes is malformed: {what}.");

        private static uint ReadOffset(ReadOnlySpan<byte> bytes, bool wide)
            => wide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }
}
