using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The names in one <c>ns</c> document, decoded once for all events of a batch that have the same bytes there. Safe to read
/// from any thread: two that decode at once get equal texts.</summary>
/// <param name="place">Where the document lies.</param>
/// <param name="document">The document.</param>
internal sealed class NamespaceNames(int place, RawBson document)
{
    private string? _database;
    private string? _collection;

    /// <summary>The database; empty where there is none, or it is no text.</summary>
    public string Database => _database ??= In(document, "db"u8);

    /// <summary>The collection; empty where there is none, or it is no text.</summary>
    public string Collection => _collection ??= In(document, "coll"u8);

    /// <summary>True if the document at a place has the same bytes.</summary>
    /// <param name="other">The place.</param>
    /// <param name="bytes">Its bytes.</param>
    public bool AreAt(int other, ReadOnlySpan<byte> bytes) => place == other || document.Span.SequenceEqual(bytes);

    /// <summary>A name in a namespace document; empty where there is none, or it is no text.</summary>
    public static string In(RawBson document, ReadOnlySpan<byte> part)
        => document[part] is { Type: ElementType.String } name ? BsonNames.Get(name.Utf8()) : "";
}
