using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>One walk over the top level of a change event (manual, "Change Events"): what the feed must know, and where
/// the rest lies.</summary>
/// <remarks>
/// <code>
/// _id resume token | operationType | clusterTime | collectionUUID | wallTime | lsid | txnNumber | fullDocument | ns { db, coll } | to
/// documentKey | updateDescription | fullDocumentBeforeChange | operationDescription | splitEvent { fragment, of }
/// </code>
/// Any field may be missing after a pipeline of the application, and of another type on a later server: such a one counts as missing. Only
/// the token must be there.
/// </remarks>
internal struct ScannedEvent
{
    /// <summary>Where the fields lie.</summary>
    public EventPlaces Places;

    /// <summary>The session's id; 0 outside of a transaction.</summary>
    public int Session;

    /// <summary>The transaction's number in its session.</summary>
    public long TransactionNumber;

    /// <summary>The description of a fragment; 0 for a whole event.</summary>
    public int Split;

    /// <summary>True for the event that ends its transaction, which servers have with a feature flag (change_stream_helpers.cpp).</summary>
    public bool EndsTransaction;

    /// <summary>True if the event says what happened.</summary>
    public bool HasOperation;

    private bool _hasNumber;
    private bool _hasBadToken;

    /// <summary>True if the event belongs to a transaction.</summary>
    public readonly bool IsInTransaction => _hasNumber && Session != 0;

    /// <summary>Walks an event.</summary>
    /// <param name="buffer">Holds it.</param>
    /// <param name="offset">Where it begins; more than 0.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="CdcProtocolException">It is damaged, or has no resume token.</exception>
    public static ScannedEvent Read(byte[] buffer, int offset, int length)
        => TryRead(buffer, offset, length, out var result) is { } damage ? throw damage : result;

    /// <summary>Walks an event that may be damaged.</summary>
    /// <param name="buffer">Holds it.</param>
    /// <param name="offset">Where it begins; more than 0.</param>
    /// <param name="length">Its length.</param>
    /// <param name="result">What was found, up to the damage.</param>
    /// <returns>What is damaged; null if nothing is.</returns>
    /// <exception cref="CdcProtocolException">It has no resume token.</exception>
    public static CdcProtocolException? TryRead(byte[] buffer, int offset, int length, out ScannedEvent result)
    {
        result = default;
        result.Places.Event = offset;
        var reader = new ElementReader(buffer.AsSpan(offset, length));
        try
        {
            while (reader.Read())
            {
                result.Take(ref reader, buffer, offset);
            }
        }
        catch (CdcProtocolException e)
        {
            return e;
        }

        return result.Places.Token != 0 ? null
            : result._hasBadToken ? throw new CdcProtocolException(
                "A change event has a resume token that no server can read: it is damaged.", "change event", isTransient: true)
            : throw new CdcProtocolException("A change event has no resume token: the pipeline of the stream removes its _id, without "
                + "which the stream cannot continue.", "change event");
    }

    private void Take(ref ElementReader reader, byte[] buffer, int offset)
    {
        var name = reader.Name;
        var place = offset + reader.ValueOffset;
        switch (name.Length)
        {
            case 2 when reader.Type == ElementType.Document && name.SequenceEqual("ns"u8):
                Places.Namespace = place;
                break;
            case 3 when reader.Type == ElementType.Document && name.SequenceEqual("_id"u8):
                _hasBadToken = ResumeTokens.IsDamaged(reader.Value);
                Places.Token = !_hasBadToken && ResumeTokens.IsToken(reader.Value) ? place : 0;
                break;
            case 4 when reader.Type == ElementType.Document && name.SequenceEqual("lsid"u8):
                Session = place;
                break;
            case 8 when reader.Type == ElementType.DateTime && name.SequenceEqual("wallTime"u8):
                Places.WallTime = place;
                break;
            case 9 when name.SequenceEqual("txnNumber"u8):
                _hasNumber = reader.ValueIn(buffer, offset).TryGetInt64(out TransactionNumber);
                break;
            case 10 when reader.Type == ElementType.Document && name.SequenceEqual("splitEvent"u8):
                Split = place;
                break;
            case 11 when reader.Type == ElementType.Timestamp && name.SequenceEqual("clusterTime"u8):
                Places.ClusterTime = place;
                break;
            case 11 when reader.Type == ElementType.Document && name.SequenceEqual("documentKey"u8):
                Places.Key = place;
                break;
            case 12 when name.SequenceEqual("fullDocument"u8):
                Places.After = ImageAt(reader.Type, place);
                break;
            case 13 when reader.Type == ElementType.String && name.SequenceEqual("operationType"u8):
                HasOperation = true;
                Places.Kind = KindOf(reader.Value[4..^1]);
                EndsTransaction = reader.Value[4..^1].SequenceEqual("endOfTransaction"u8);
                break;
            case 24 when name.SequenceEqual("fullDocumentBeforeChange"u8):
                Places.Before = ImageAt(reader.Type, place);
                break;
            default:
                break;
        }
    }

    private static int ImageAt(ElementType type, int place) => type switch
    {
        ElementType.Document => place,
        ElementType.Null => EventPlaces.Null,
        _ => 0,
    };

    private static EventKind KindOf(ReadOnlySpan<byte> operation) => operation.Length switch
    {
        6 when operation.SequenceEqual("insert"u8) => EventKind.Insert,
        6 when operation.SequenceEqual("update"u8) => EventKind.Update,
        6 when operation.SequenceEqual("delete"u8) => EventKind.Delete,
        7 when operation.SequenceEqual("replace"u8) => EventKind.Replace,
        _ => EventKind.Other,
    };
}
