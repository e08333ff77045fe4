namespace CdcEmbedded.MySql.Gtids;

/// <summary>The transactions processed whole, as their number grows. One thread appends; what <see cref="Current"/>
/// returned never changes.</summary>
internal sealed class ExecutedHistory
{
    private readonly GtidTimeline? _sets;
    private MariaDbGtidPosition? _position;

    /// <summary>MySQL.</summary>
    public ExecutedHistory(GtidSet start) => _sets = new GtidTimeline(start);

    /// <summary>MariaDB.</summary>
    public ExecutedHistory(MariaDbGtidPosition start) => _position = start;

    /// <summary>The transactions processed so far.</summary>
    public ExecutedGtids Current => _sets is { } sets ? sets.Current
        : _position is { } position ? new ExecutedGtids(position) : default;

    /// <summary>Begins with the transactions at a moment; null without GTIDs.</summary>
    public static ExecutedHistory? Of(ExecutedGtids start) => start.Position is { } position ? new ExecutedHistory(position)
        : start.ToSet() is { } set ? new ExecutedHistory(set) : null;

    /// <summary>Adds a transaction.</summary>
    public void Append(TransactionGtid gtid)
    {
        if (gtid.MySql is { } mySql)
        {
            _sets?.Append(mySql);
        }
        else if (gtid.MariaDb is { } mariaDb)
        {
            _position = _position?.With(mariaDb);
        }
    }
}
