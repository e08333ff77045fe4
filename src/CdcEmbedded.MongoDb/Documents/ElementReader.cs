using System.Numerics;
using System.Runtime.Intrinsics;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Walks the elements of one document, forward and without recursion. Every length is checked before it is used.</summary>
/// <remarks>
/// <code>
/// document  int32 total length, this field and the final byte included | elements | 0x00
/// element   type byte | name, UTF-8, ended by 0x00 | value               (bsonspec.org, version 1.1)
/// </code>
/// A nested document is only measured; reading it takes another reader. Text is not checked to be UTF-8 here, and a Boolean not to be
/// 0 or 1: who decodes them does that, and <see cref="BsonValidator"/> for everything at once.
/// </remarks>
internal ref struct ElementReader
{
    private readonly ReadOnlySpan<byte> _document;
    private int _next;
    private int _element;
    private int _nameLength;
    private int _valueLength;
    private ElementType _type;

    /// <summary>Starts before the first element.</summary>
    /// <param name="document">Exactly one document.</param>
    /// <exception cref="CdcProtocolException">Its length or its end is wrong.</exception>
    public ElementReader(ReadOnlySpan<byte> document)
    {
        if (BsonLength.OfDocument(document) != document.Length)
        {
            throw BsonLength.Damaged("Bytes follow the document's end.", document.Length);
        }

        _document = document;
        _next = 4;
    }

    /// <summary>Continues for another reader of the same document: before the element at this offset.</summary>
    public ElementReader(ReadOnlySpan<byte> checkedDocument, int element)
    {
        _document = checkedDocument;
        _next = element;
    }

    /// <summary>The current element's type.</summary>
    public readonly ElementType Type => _type;

    /// <summary>Where the current element begins, counted from the document's first byte.</summary>
    public readonly int ElementOffset => _element;

    /// <summary>The current element's name in UTF-8, without the byte that ends it.</summary>
    public readonly ReadOnlySpan<byte> Name => _document.Slice(_element + 1, _nameLength);

    /// <summary>Where the current value begins, counted from the document's first byte.</summary>
    public readonly int ValueOffset => _element + _nameLength + 2;

    /// <summary>The whole value's length: prefixes and final bytes included.</summary>
    public readonly int ValueLength => _valueLength;

    /// <summary>The current value's bytes as they are in the document.</summary>
    public readonly ReadOnlySpan<byte> Value => _document.Slice(ValueOffset, _valueLength);

    /// <summary>Goes to the next element.</summary>
    /// <returns>False after the last.</returns>
    /// <exception cref="CdcProtocolException">The bytes are no element, or it does not end inside the document.</exception>
    public bool Read()
    {
        // The document's last byte is known to be zero, so that every look-up of a name's end finds one.
        var rest = _document[_next..];
        if (rest.Length <= 1)
        {
            _type = ElementType.None;
            return false;
        }

        _element = _next;
        _type = (ElementType)rest[0];
        _nameLength = NameLength(rest[1..]);
        var value = rest[(_nameLength + 2)..];
        var fixedLength = BsonLength.Fixed(_type);
        _valueLength = fixedLength >= 0 ? fixedLength : BsonLength.OfValue(_type, value, ValueOffset);

        // One byte must stay for the document's end.
        if (_valueLength >= value.Length)
        {
            throw BsonLength.Damaged($"A value of type {_type} with {_valueLength} bytes does not end inside its document.", ValueOffset);
        }

        _next = ValueOffset + _valueLength;
        return true;
    }

    /// <summary>Goes to the first element from here on that has this name.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="CdcProtocolException">The bytes up to there are damaged.</exception>
    public bool Find(scoped ReadOnlySpan<byte> name)
    {
        while (Read())
        {
            if (Name.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The current element's place, for structures that keep it.</summary>
    public readonly RawValue ValueIn(byte[] buffer, int documentOffset)
        => new(_type, buffer, documentOffset + ValueOffset, _valueLength);

    // Names are short: one look at sixteen bytes nearly always finds the end, without the call of a search of any length.
    private static int NameLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Vector128<byte>.Count)
        {
            var zeros = Vector128.Equals(Vector128.Create(bytes), Vector128<byte>.Zero).ExtractMostSignificantBits();
            if (zeros != 0)
            {
                return BitOperations.TrailingZeroCount(zeros);
            }
        }

        return bytes.IndexOf((byte)0);
    }
}
