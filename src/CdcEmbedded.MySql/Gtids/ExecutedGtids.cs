namespace CdcEmbedded.MySql.Gtids;

/// <summary>The transactions that were processed whole at one moment: a GTID set of MySQL or a GTID position of MariaDB. The default value
/// is that of a log without GTIDs.</summary>
/// <remarks>A value that <see cref="GtidTimeline"/> made is one reference and one number; its set is built only
/// when somebody asks.</remarks>
internal readonly struct ExecutedGtids
{
    private readonly object? _content;
    private readonly int _count;

    /// <summary>MySQL: a set that is known already.</summary>
    public ExecutedGtids(GtidSet set) => _content = set;

    /// <summary>MariaDB.</summary>
    public ExecutedGtids(MariaDbGtidPosition position) => _content = position;

    /// <summary>MySQL: a moment of a timeline.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="count">How many of its entries are older than the moment.</param>
    public ExecutedGtids(GtidTimeline.Segment segment, int count) => (_content, _count) = (segment, count);

    /// <summary>False without GTIDs.</summary>
    public bool HasValue => _content is not null;

    /// <summary>The position of MariaDB; null for MySQL and without GTIDs.</summary>
    public MariaDbGtidPosition? Position => _content as MariaDbGtidPosition;

    /// <summary>The set of MySQL; null for MariaDB and without GTIDs. A moment of a timeline builds it at each call, from at
    /// most 1,024 GTIDs.</summary>
    public GtidSet? ToSet() => _content is GtidTimeline.Segment segment ? segment.ToSet(_count) : _content as GtidSet;

    /// <summary>True if the transaction is one of these. False also where one side has no GTID, or one of the other
    /// kind of server.</summary>
    public bool Contains(TransactionGtid gtid) => gtid.MySql is { } mySql ? ToSet() is { } set && set.Contains(mySql)
        : gtid.MariaDb is { } mariaDb && Position is { } position && position.Contains(mariaDb);

    /// <summary>These and one more; the same where the GTID is none, or one of the other kind of server.</summary>
    public ExecutedGtids With(TransactionGtid gtid) => gtid.MySql is { } mySql && ToSet() is { } set ? new ExecutedGtids(set.Add(mySql))
        : gtid.MariaDb is { } mariaDb && Position is { } position ? new ExecutedGtids(position.With(mariaDb))
        : this;

    /// <summary>Compares with the transactions at another moment, of this server or of another one.</summary>
    public GtidOrder CompareTo(ExecutedGtids other)
    {
        if (_content is GtidTimeline.Segment mine && other._content is GtidTimeline.Segment theirs
            && ReferenceEquals(mine.Timeline, theirs.Timeline))
        {
            // A timeline only grows: two of its moments are in order, and no set is built.
            return OrderOf((mine.First + _count).CompareTo(theirs.First + other._count));
        }

        if (ToSet() is { } set && other.ToSet() is { } otherSet)
        {
            return OrderOf(set.IsSubsetOf(otherSet), otherSet.IsSubsetOf(set));
        }

        return Position is { } position && other.Position is { } otherPosition
            ? OrderOf(position.IsSubsetOf(otherPosition), otherPosition.IsSubsetOf(position))
            : GtidOrder.Unknown;
    }

    /// <summary>The text that the server writes; empty without GTIDs.</summary>
    public override string ToString() => ToSet()?.ToString() ?? Position?.ToString() ?? "";

    private static GtidOrder OrderOf(int sign) => sign < 0 ? GtidOrder.Before : sign > 0 ? GtidOrder.After : GtidOrder.Same;

    private static GtidOrder OrderOf(bool isSubset, bool isSuperset)
        => isSubset ? isSuperset ? GtidOrder.Same : GtidOrder.Before : isSuperset ? GtidOrder.After : GtidOrder.Crossed;
}
