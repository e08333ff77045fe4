namespace CdcEmbedded.MongoDb.Documents;

/// <content>Typed look-ups for server replies: what a reply must have and lacks is a fault of the protocol, not of the program.</content>
internal readonly partial struct RawBson
{
    /// <summary>A number that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is missing or no whole number.</exception>
    internal int GetInt32(ReadOnlySpan<byte> name) => TryGetInt64(name, out var number) && number == (int)number
        ? (int)number
        : throw Lacks(name, "32-bit integer");

    /// <summary>A number that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is missing or no whole number.</exception>
    internal long GetInt64(ReadOnlySpan<byte> name) => TryGetInt64(name, out var number) ? number : throw Lacks(name, "64-bit integer");

    /// <summary>A text that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is missing or no string.</exception>
    internal string GetString(ReadOnlySpan<byte> name) => TryGetString(name, out var text) ? text : throw Lacks(name, "string");

    /// <summary>A document that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is missing or no document.</exception>
    internal RawBson GetDocument(ReadOnlySpan<byte> name) => TryGetDocument(name, out var value) ? value : throw Lacks(name, "document");

    /// <summary>An array that must be there.</summary>
    /// <exception cref="CdcProtocolException">It is missing or no array.</exception>
    internal RawBson GetArray(ReadOnlySpan<byte> name) => TryGetArray(name, out var value) ? value : throw Lacks(name, "array");

    /// <summary>Bytes that must be there.</summary>
    /// <exception cref="CdcProtocolException">They are missing or no binary value.</exception>
    internal ReadOnlyMemory<byte> GetBinary(ReadOnlySpan<byte> name) => this[name] is { Type: ElementType.Binary } value
        ? value.AsBytes()
        : throw Lacks(name, "binary value");

    /// <summary>A whole number of any numeric type, where there is one.</summary>
    internal bool TryGetInt64(ReadOnlySpan<byte> name, out long number)
    {
        var value = this[name];
        number = 0;
        return value.TryGetInt64(out number);
    }

    /// <summary>A text, where there is one.</summary>
    internal bool TryGetString(ReadOnlySpan<byte> name, out string text)
    {
        var value = this[name];
        text = value.Type == ElementType.String ? value.AsString() : "";
        return value.Type == ElementType.String;
    }

    /// <summary>A document, where there is one.</summary>
    internal bool TryGetDocument(ReadOnlySpan<byte> name, out RawBson document)
    {
        var value = this[name];
        document = value.Type == ElementType.Document ? value.AsDocument() : default;
        return document.HasValue;
    }

    /// <summary>An array as a document, where there is one.</summary>
    internal bool TryGetArray(ReadOnlySpan<byte> name, out RawBson array)
    {
        var value = this[name];
        array = value.Type == ElementType.Array ? value.AsDocument() : default;
        return array.HasValue;
    }

    /// <summary>A point on the server's clock, where there is one.</summary>
    internal bool TryGetTimestamp(ReadOnlySpan<byte> name, out ClusterTime timestamp)
    {
        var value = this[name];
        timestamp = value.Type == ElementType.Timestamp ? value.AsTimestamp() : default;
        return value.Type == ElementType.Timestamp;
    }

    /// <summary>True if a field is there and true, or a number other than 0, as servers write flags.</summary>
    internal bool IsTrue(ReadOnlySpan<byte> name)
    {
        var value = this[name];
        return value.Type == ElementType.Boolean ? value.AsBoolean()
            : value.Type == ElementType.Double ? value.AsDouble() != 0
            : value.TryGetInt64(out var number) && number != 0;
    }

    /// <summary>A document that an array of a reply must hold.</summary>
    /// <exception cref="CdcProtocolException">It holds a value of another type.</exception>
    internal static RawBson InArray(RawElement element) => element.Value.Type == ElementType.Document
        ? element.Value.AsDocument()
        : throw new CdcProtocolException(
            $"The server's reply has a {element.Value.Type} where an array has documents.", eventType: "BSON", isTransient: true);

    // Transient: the next reply, perhaps of another server, may be whole.
    private static CdcProtocolException Lacks(ReadOnlySpan<byte> name, string type) => new(
        $"The server's reply has no {type} named '{System.Text.Encoding.UTF8.GetString(name)}'.", eventType: "BSON", isTransient: true);
}
