using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// A position in the stream, written as <c>{ _data: hex, _typeBits }</c> (resume_token.cpp): the KeyString of time, version, kind (0
/// between operations, 128 an event), place in the transaction, after invalidate, collection, identifier of the event, and fragment. The
/// hex orders like the stream.
/// </summary>
/// <param name="Time">The operation's time.</param>
/// <param name="IsEvent">False for a post-batch token: everything before that time has been seen.</param>
/// <param name="Index">The place in the transaction.</param>
/// <param name="IsInvalidate">True for the invalidate event that follows the operation.</param>
/// <param name="Fragment">From 0 for a fragment of a split event, else null.</param>
internal readonly record struct ResumeToken(
    DocTimestamp Time, bool IsEvent, int Index = 0, bool IsInvalidate = false, int? Fragment = null)
{
    public const int HighWaterMark = 0;
    public const int Event = 128;

    /// <summary>The collection; null for operations on a whole database.</summary>
    public Guid? CollectionId { get; init; }

    /// <summary>The operation's type with the document's key or the description; null for a token of version 1 without.</summary>
    public Doc? Identifier { get; init; }

    public static ResumeToken Of(OplogEntry entry, Doc? description)
    {
        var identifier = new Doc { { "operationType", entry.Operation } };
        if (entry.Key is { } key)
        {
            identifier.Add("documentKey", key);
        }
        else
        {
            identifier.AddUnlessNull("operationDescription", description);
        }

        return new ResumeToken(entry.Time, true, entry.Index) { CollectionId = entry.CollectionId, Identifier = identifier };
    }

    public Doc ToDoc()
    {
        int version = IsEvent && Identifier is null ? 1 : 2;
        KeyString key = new KeyString().Append(Time).Append(version).Append(IsEvent ? Event : HighWaterMark).Append(Index)
            .Append(IsInvalidate);
        if (version == 2)
        {
            key.Append(CollectionId is { } id ? DocBinary.Uuid(id) : null);
        }

        if (Identifier is not null)
        {
            key.Append(Identifier);
        }

        if (Fragment is { } fragment)
        {
            key.Append(fragment);
        }

        key.AppendEnd();
        var token = new Doc { { "_data", Convert.ToHexString(key.Written) } };
        return key.TypeBits.AllZero ? token : token.AddUnlessNull("_typeBits", new DocBinary(0, key.TypeBits.ToBytes()));
    }
}
