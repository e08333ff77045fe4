using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>The transactions processed whole, as they grow. One thread appends; what <see cref="Current"/> gave stays as it was.</summary>
internal sealed class ExecutedHistory
{
    private readonly GtidTimeline? _sets;
    private MariaDbGtidPosition? _position;

    public ExecutedHistory(GtidSet start) => _sets = new GtidTimeline(start);

    public ExecutedHistory(MariaDbGtidPosition start) => _position = start;

    public ExecutedGtids Current => _sets is { } sets ? new ExecutedGtids(sets.Current)
        : _position is { } position ? new ExecutedGtids(position) : default;

    /// <summary>What a stored offset says; null without GTIDs.</summary>
    public static ExecutedHistory? Of(OffsetDocument document) => document.GtidSet is { } set ? new ExecutedHistory(set)
        : document.GtidPosition is { } position ? new ExecutedHistory(position) : null;

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
