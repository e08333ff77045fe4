using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// Where a stream resumes: events up to the client's token are skipped, and the token itself has to be among them
/// (change_stream_check_resumability_stage.cpp and change_stream_ensure_resume_token_present_stage.cpp).
/// </summary>
/// <param name="token">The client's token.</param>
/// <param name="required"> True if a stream that passes the token's position without the token fails, at the first later event.
/// </param>
internal sealed class ResumePoint(ReceivedToken token, bool required)
{
    private bool _found;

    /// <summary>True once the stream is past the token.</summary>
    public bool IsPassed { get; private set; }

    /// <summary>
    /// True if nothing of the operation has to be made into an event, because it is at or before the token. Where the token is required a
    /// server makes its own event again, to see it or to split it, and fails again if it is too large.
    /// </summary>
    public bool Skips(Doc operationToken)
    {
        string operation = operationToken.Text("_data") ?? "";
        string data = token.Data.ToUpperInvariant();
        bool isOwn = operation == data || data.StartsWith(operation[..^2], StringComparison.Ordinal);
        return !IsPassed && string.CompareOrdinal(operation, data) <= 0 && (!isOwn || (!required && operation == data));
    }

    /// <summary>True if the event comes after the token, so that the client gets it.</summary>
    /// <exception cref="CommandError">The event comes after the token, and the token was not seen.</exception>
    public bool Admits(Doc eventToken)
    {
        if (IsPassed)
        {
            return true;
        }

        int order = string.CompareOrdinal(eventToken.Text("_data"), token.Data.ToUpperInvariant());
        _found |= order == 0;
        if (order <= 0)
        {
            return false;
        }

        if (required && !_found)
        {
            throw new CommandError(280, $"cannot resume stream; the resume token was not found. {eventToken}");
        }

        IsPassed = true;
        return true;
    }
}
