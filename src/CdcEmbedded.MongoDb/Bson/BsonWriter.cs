using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Builds one document in a buffer that grows: commands, filters, and whatever tests need. Not thread-safe.</summary>
/// <remarks>
/// A new writer stands inside its document already. Inside an array a name is left out (<c>default</c>): the writer counts.
/// <code>
/// var command = new BsonWriter();
/// command.WriteInt32("ping"u8, 1);
/// command.WriteString("$db"u8, "admin");
/// RawBson document = command.ToDocument();
/// </code>
/// </remarks>
internal sealed class BsonWriter
{
    private byte[] _buffer;
    private int _length;
    private Frame[] _frames = new Frame[8];
    private int _depth = -1;

    /// <summary>Starts an empty document.</summary>
    /// <param name="capacity">Bytes to begin with.</param>
    public BsonWriter(int capacity = 256)
    {
        _buffer = new byte[Math.Max(capacity, 16)];
        Push(isArray: false);
    }

    /// <summary>How many documents and arrays are open.</summary>
    public int Depth => _depth + 1;

    /// <summary>Ends everything that is open and returns the document in an array of its own. The writer is finished then.</summary>
    public RawBson ToDocument() => new(WrittenSpan.ToArray());

    /// <summary>Ends everything that is open and shows the document, valid as long as the writer. The writer is finished then.</summary>
    public ReadOnlySpan<byte> WrittenSpan
    {
        get
        {
            while (_depth >= 0)
            {
                End();
            }

            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>Starts a nested document.</summary>
    public void StartDocument(BsonName name)
    {
        Header(BsonType.Document, name);
        Push(isArray: false);
    }

    /// <summary>Starts an array.</summary>
    public void StartArray(BsonName name)
    {
        Header(BsonType.Array, name);
        Push(isArray: true);
    }

    /// <summary>Ends the innermost document or array.</summary>
    /// <exception cref="InvalidOperationException">Nothing is open.</exception>
    public void End()
    {
        if (_depth < 0)
        {
            throw new InvalidOperationException("The document is finished.");
        }

        Take(1)[0] = 0;
        var start = _frames[_depth--].Start;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _length - start);
    }

    /// <summary>Writes text.</summary>
    /// <exception cref="ArgumentException">It has a surrogate without its twin, which UTF-8 cannot hold.</exception>
    public void WriteString(BsonName name, string value) => WriteText(BsonType.String, name, value);

    /// <summary>Writes text that is UTF-8 already.</summary>
    public void WriteString(BsonName name, ReadOnlySpan<byte> utf8)
    {
        Header(BsonType.String, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), utf8.Length + 1);
        CString(utf8);
    }

    /// <summary>Writes a symbol or code.</summary>
    public void WriteText(BsonType type, BsonName name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Header(type, name);
        TextBody(value);
    }

    /// <summary>Writes a 32-bit integer.</summary>
    public void WriteInt32(BsonName name, int value)
    {
        Header(BsonType.Int32, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
    }

    /// <summary>Writes a 64-bit integer.</summary>
    public void WriteInt64(BsonName name, long value) => Write64(BsonType.Int64, name, value);

    /// <summary>Writes a 64-bit floating-point number.</summary>
    public void WriteDouble(BsonName name, double value) => Write64(BsonType.Double, name, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Writes a decimal floating-point number.</summary>
    public void WriteDecimal128(BsonName name, Decimal128 value)
    {
        Header(BsonType.Decimal128, name);
        value.WriteTo(Take(Decimal128.Size));
    }

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(BsonName name, bool value)
    {
        Header(BsonType.Boolean, name);
        Take(1)[0] = value ? (byte)1 : (byte)0;
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBinary(BsonName name, ReadOnlySpan<byte> value, byte subtype = BsonBinary.GenericSubtype)
    {
        Header(BsonType.Binary, name);
        var old = subtype == BsonBinary.OldSubtype ? 4 : 0;
        var head = Take(5 + old);
        BinaryPrimitives.WriteInt32LittleEndian(head, value.Length + old);
        head[4] = subtype;
        if (old > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head[5..], value.Length);
        }

        value.CopyTo(Take(value.Length));
    }

    /// <summary>Writes a UUID as a binary value of subtype 4.</summary>
    public void WriteGuid(BsonName name, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        WriteBinary(name, bytes, BsonBinary.UuidSubtype);
    }

    /// <summary>Writes an identifier.</summary>
    public void WriteObjectId(BsonName name, ObjectId value)
    {
        Header(BsonType.ObjectId, name);
        value.WriteTo(Take(ObjectId.Size));
    }

    /// <summary>Writes a date.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="unixMilliseconds">Milliseconds since 1970 in UTC.</param>
    public void WriteDateTime(BsonName name, long unixMilliseconds) => Write64(BsonType.DateTime, name, unixMilliseconds);

    /// <summary>Writes a point on the server's clock.</summary>
    public void WriteTimestamp(BsonName name, BsonTimestamp value) => Write64(BsonType.Timestamp, name, (long)value.Packed);

    /// <summary>Writes null.</summary>
    public void WriteNull(BsonName name) => Header(BsonType.Null, name);

    /// <summary>Writes a value that is its type alone: null, undefined, MinKey, MaxKey.</summary>
    public void WriteBare(BsonType type, BsonName name) => Header(type, name);

    /// <summary>Writes a regular expression.</summary>
    /// <exception cref="ArgumentException">One of the two holds a zero, which would end it.</exception>
    public void WriteRegularExpression(BsonName name, string pattern, string options)
    {
        Header(BsonType.RegularExpression, name);
        CString(NoZero(Encoding.UTF8.GetBytes(pattern)));
        CString(NoZero(Encoding.UTF8.GetBytes(options)));
    }

    /// <summary>Writes a deprecated pointer.</summary>
    public void WriteDBPointer(BsonName name, string collection, ObjectId id)
    {
        Header(BsonType.DBPointer, name);
        TextBody(collection);
        id.WriteTo(Take(ObjectId.Size));
    }

    /// <summary>Writes code with its scope.</summary>
    public void WriteCodeWithScope(BsonName name, string code, RawBson scope)
    {
        Header(BsonType.JavaScriptWithScope, name);
        var start = _length;
        Take(4);
        TextBody(code);
        scope.Span.CopyTo(Take(scope.Span.Length));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _length - start);
    }

    /// <summary>Copies a nested document.</summary>
    public void WriteDocument(BsonName name, RawBson document)
    {
        Header(BsonType.Document, name);
        document.Span.CopyTo(Take(document.Span.Length));
    }

    /// <summary>Copies an array.</summary>
    public void WriteArray(BsonName name, RawBson array)
    {
        Header(BsonType.Array, name);
        array.Span.CopyTo(Take(array.Span.Length));
    }

    /// <summary>Copies a value of any type.</summary>
    /// <exception cref="ArgumentException">It does not exist.</exception>
    public void WriteValue(BsonName name, BsonValue value)
    {
        if (!value.Exists)
        {
            throw new ArgumentException("A field that is missing cannot be written.", nameof(value));
        }

        Header(value.Type, name);
        value.Span.CopyTo(Take(value.Span.Length));
    }

    /// <summary>Copies all elements of a document into the open one.</summary>
    public void WriteElements(RawBson document)
    {
        if (document.HasValue)
        {
            var elements = document.Span[4..^1];
            elements.CopyTo(Take(elements.Length));
        }
    }

    private void Write64(BsonType type, BsonName name, long bits)
    {
        Header(type, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), bits);
    }

    private void Header(BsonType type, BsonName name)
    {
        if (_depth < 0)
        {
            throw new InvalidOperationException("The document is finished.");
        }

        ref var frame = ref _frames[_depth];
        if (frame.IsArray == name.IsGiven)
        {
            throw new InvalidOperationException(frame.IsArray ? "An element of an array is named by its place." : "An element needs a name.");
        }

        if (!frame.IsArray)
        {
            NoZero(name.Utf8);
        }

        Take(1)[0] = (byte)type;
        if (!frame.IsArray)
        {
            CString(name.Utf8);
            return;
        }

        Span<byte> digits = stackalloc byte[10];
        frame.Items++.TryFormat(digits, out var count, default, System.Globalization.CultureInfo.InvariantCulture);
        CString(digits[..count]);
    }

    private void TextBody(string value)
    {
        var length = StrictUtf8.GetByteCount(value);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), length + 1);
        var target = Take(length + 1);
        StrictUtf8.GetBytes(value, target);
        target[length] = 0;
    }

    private void CString(ReadOnlySpan<byte> utf8)
    {
        var target = Take(utf8.Length + 1);
        utf8.CopyTo(target);
        target[utf8.Length] = 0;
    }

    private static ReadOnlySpan<byte> NoZero(ReadOnlySpan<byte> utf8)
        => utf8.Contains((byte)0) ? throw new ArgumentException("A name or an expression cannot hold the character U+0000.") : utf8;

    private void Push(bool isArray)
    {
        if (++_depth == _frames.Length)
        {
            Array.Resize(ref _frames, _frames.Length * 2);
        }

        _frames[_depth] = new Frame { Start = _length, IsArray = isArray };
        Take(4);
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(checked(_length + count), (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private struct Frame
    {
        public int Start;
        public int Items;
        public bool IsArray;
    }
}
