using System.Globalization;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A transaction of a session: events of the same <c>lsid</c> and <c>txnNumber</c> (R54). Immutable.</summary>
/// <param name="session">The session's id, in memory of its own.</param>
/// <param name="number">The transaction's number in it.</param>
/// <param name="timestamp">When it was committed.</param>
internal sealed class MongoTransaction(RawBson session, long number, DateTimeOffset timestamp) : TransactionInfo
{
    public RawBson Session { get; } = session;

    public long Number { get; } = number;

    /// <summary>Session and number; the session's part is its UUID where it is no more than that and its user's hash.</summary>
    public override string Id => string.Create(CultureInfo.InvariantCulture, $"{SessionText}:{Number}");

    /// <inheritdoc/>
    public override DateTimeOffset Timestamp { get; } = timestamp;

    public bool Is(RawBson session, long number) => Number == number && Session.Equals(session);

    /// <summary>True if it is an earlier one of the same session: a session begins a transaction when the one before has ended.</summary>
    public bool Precedes(RawBson session, long number) => Number < number && Session.Equals(session);

    private string SessionText
    {
        get
        {
            var isPlain = Session["id"u8].IsUuid;
            foreach (var element in Session)
            {
                isPlain &= element.NameUtf8.SequenceEqual("id"u8) || element.NameUtf8.SequenceEqual("uid"u8);
            }

            return isPlain ? Session["id"u8].AsGuid().ToString("D") : Session.ToJson(ExtendedJsonMode.Canonical);
        }
    }
}
