using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Where a stream begins or resumes: after a token, or at a time.</summary>
/// <param name="Token">The token; without a value where only the time is known.</param>
/// <param name="Time">The cluster time; null where it is not known.</param>
/// <param name="IsAfter">True if events of exactly that time are skipped, as they were before the start.</param>
internal readonly record struct StreamPoint(RawBson Token, ClusterTime? Time, bool IsAfter)
{
    /// <summary>After a token.</summary>
    public static StreamPoint After(RawBson token, ClusterTime? time) => new(token, time, false);

    /// <summary>From a time on.</summary>
    public static StreamPoint At(ClusterTime time, bool isAfter) => new(default, time, isAfter);

    /// <summary>Orders two places of one stream: by their tokens, else by their times.</summary>
    /// <returns>Null where nothing says which comes first: a token in an unknown form.</returns>
    public static int? Compare(in StreamPoint a, in StreamPoint b)
    {
        if (a.Token.HasValue && b.Token.HasValue)
        {
            return ResumeTokens.Compare(a.Token, b.Token);
        }

        if (a.TimeOrTokens() is not { } timeA || b.TimeOrTokens() is not { } timeB)
        {
            return null;
        }

        // At the same time a token lies between the place before all events of that time and the one after all of them.
        return timeA != timeB ? timeA.CompareTo(timeB) : a.Side.CompareTo(b.Side);
    }

    /// <summary>The point as logs name it.</summary>
    public string Describe() => TimeOrTokens() is { } time ? $"{time.ToDateTimeOffset():u} ({time})" : "an unknown time";

    /// <summary>The time of the point; null if it is not known.</summary>
    public ClusterTime? EventTime => TimeOrTokens();

    private ClusterTime? TimeOrTokens() => Token.HasValue ? ResumeTokens.TimeOf(Token) ?? Time : Time;

    private int Side => Token.HasValue ? 0 : IsAfter ? 1 : -1;
}
