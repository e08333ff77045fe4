using System.Collections;
using System.Runtime.InteropServices;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>A BSON document as the server sent it: a slice of bytes that is read in place.</summary>
/// <remarks>
/// <para>A small immutable struct, safe to keep and to read from any thread; it keeps the bytes alive that it points into
/// (<see cref="Detach"/> copies them out). <see cref="ToRawDocument"/> hands the same bytes to the driver.</para>
/// <para>Only the document's own length and end are checked at first, elements when they are skipped, texts when they are decoded:
/// all of these throw <see cref="CdcProtocolException"/> where bytes are damaged. <see cref="Validate"/> checks everything at once.</para>
/// <para>The default value is no document: it has no bytes and no elements.</para>
/// </remarks>
internal readonly partial struct RawBson : IEnumerable<RawElement>, IEquatable<RawBson>
{
    private readonly byte[]? _buffer;
    private readonly int _offset;
    private readonly int _length;

    /// <summary>Takes a document that is an array of its own.</summary>
    /// <param name="document">The bytes, not copied and never to be written again.</param>
    /// <exception cref="CdcProtocolException">They are not one document.</exception>
    public RawBson(byte[] document)
        : this(document, 0, document?.Length ?? 0)
    {
    }

    /// <summary>Takes a document that is part of an array.</summary>
    /// <param name="buffer">The bytes, not copied and never to be written again.</param>
    /// <param name="offset">Where the document begins.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="CdcProtocolException">The bytes are not one document.</exception>
    public RawBson(byte[] buffer, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var bytes = buffer.AsSpan(offset, length);
        if (BsonLength.OfDocument(bytes, offset) != length)
        {
            throw BsonLength.Damaged("Bytes follow the document's end.", offset);
        }

        _buffer = buffer;
        _offset = offset;
        _length = length;
    }

    /// <summary>A document without elements.</summary>
    public static RawBson Empty { get; } = new([5, 0, 0, 0, 0]);

    /// <summary>False for the default value, which is no document at all.</summary>
    public bool HasValue => _buffer is not null;

    /// <summary>The document's bytes, its length in front and the final zero included.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(_offset, _length);

    /// <summary>True if it has no elements.</summary>
    public bool IsEmpty => _length <= BsonLength.EmptyDocument;

    internal ReadOnlySpan<byte> Span => _buffer.AsSpan(_offset, _length);

    internal byte[] Buffer => _buffer ?? [];

    internal int Offset => _offset;

    /// <summary>The value of the first element of this name; one that does not exist where there is none.</summary>
    /// <exception cref="CdcProtocolException">The bytes up to there are damaged.</exception>
    public RawValue this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            Span<byte> scratch = stackalloc byte[ElementName.StackBytes];
            return this[ElementName.Encode(name, scratch)];
        }
    }

    /// <summary>The value of the first element of this name in UTF-8; one that does not exist where there is none.</summary>
    /// <exception cref="CdcProtocolException">The bytes up to there are damaged.</exception>
    public RawValue this[ReadOnlySpan<byte> name]
    {
        get
        {
            if (_buffer is not { } buffer)
            {
                return default;
            }

            var reader = new ElementReader(Span);
            return reader.Find(name) ? reader.ValueIn(buffer, _offset) : default;
        }
    }

    /// <summary>How many elements there are; counted at each call.</summary>
    public int Count()
    {
        var count = 0;
        if (HasValue)
        {
            var reader = new ElementReader(Span);
            while (reader.Read())
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Checks the whole document, nested ones included.</summary>
    /// <exception cref="CdcProtocolException">Any byte of it is not as BSON wants it, or it nests deeper than 200 levels.</exception>
    public void Validate()
    {
        if (HasValue)
        {
            BsonValidator.Validate(Span);
        }
    }

    /// <summary>The same document in memory of its own.</summary>
    public RawBson Detach() => HasValue ? new RawBson(Span.ToArray()) : default;

    /// <summary>Reads extended JSON, canonical or relaxed.</summary>
    /// <exception cref="FormatException">The text is no JSON object, or a value in it is wrong.</exception>
    public static RawBson Parse(string json) => ExtendedJson.Parse(json);

    /// <summary>The document of a record of the MongoDB source.</summary>
    /// <returns>False where there is no record, or it comes from elsewhere.</returns>
    public static bool TryFrom(DataRecord record, out RawBson document)
    {
        var isBson = MemoryMarshal.TryGetArray(record.SourceBytes, out var bytes) && bytes is { Array: not null, Count: > 0 };
        document = isBson && bytes.Array is { } buffer ? new RawBson(buffer, bytes.Offset, bytes.Count) : default;
        return isBson;
    }

    /// <summary>The document of a record of the MongoDB source.</summary>
    /// <exception cref="ArgumentException">The record has no BSON: it is of another source, or a transform made it.</exception>
    public static RawBson Of(DataRecord record) => TryFrom(record, out var document) ? document : throw new ArgumentException(
        record.HasValue ? "The record has no BSON: only records of a MongoSource that no transform has changed have it."
            : "There is no record: deletes have no After, and updates may have none. DataRecord.HasValue says if there is one.",
        nameof(record));

    /// <summary>The document as the driver's, over the same bytes.</summary>
    public RawBsonDocument ToRawDocument()
    {
        var buffer = new ByteArrayBuffer(Buffer, Buffer.Length, isReadOnly: true);
        return new RawBsonDocument(buffer.GetSlice(_offset, _length));
    }

    /// <summary>The document as a record of the core.</summary>
    /// <param name="origin">Knows where its bytes come from; null where nobody does.</param>
    public DataRecord ToRecord(IDocumentOrigin? origin = null)
        => _buffer is { } buffer ? new BsonRecordSet(new DocumentBuffer(buffer, origin)).At(_offset) : default;

    /// <summary>The document as extended JSON on one line; an empty text of the default value.</summary>
    /// <exception cref="CdcProtocolException">Bytes are damaged, or it nests deeper than 200 levels.</exception>
    public string ToJson(ExtendedJsonMode mode = ExtendedJsonMode.Relaxed)
        => HasValue ? ExtendedJson.ToText(ElementType.Document, Span, mode) : "";

    /// <summary>The document as relaxed extended JSON.</summary>
    public override string ToString() => ToJson();

    /// <summary>Goes through the elements in their order, without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<RawElement> IEnumerable<RawElement>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>True if all bytes are the same.</summary>
    public bool Equals(RawBson other) => HasValue == other.HasValue && Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawBson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>True if all bytes are the same.</summary>
    public static bool operator ==(RawBson left, RawBson right) => left.Equals(right);

    /// <summary>True if any byte differs.</summary>
    public static bool operator !=(RawBson left, RawBson right) => !left.Equals(right);

    /// <summary>Goes through the elements of a document.</summary>
    public struct Enumerator : IEnumerator<RawElement>
    {
        private readonly RawBson _document;
        private int _next;

        internal Enumerator(RawBson document)
        {
            _document = document;
            _next = 4;
            Current = default;
        }

        /// <inheritdoc/>
        public RawElement Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        /// <exception cref="CdcProtocolException">The next element is damaged.</exception>
        public bool MoveNext()
        {
            if (_document._buffer is not { } buffer)
            {
                return false;
            }

            var reader = new ElementReader(_document.Span, _next);
            if (!reader.Read())
            {
                return false;
            }

            Current = new RawElement(reader.ValueIn(buffer, _document._offset), reader.Name.Length);
            _next = reader.ValueOffset + reader.ValueLength;
            return true;
        }

        /// <inheritdoc/>
        public void Reset() => _next = 4;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
