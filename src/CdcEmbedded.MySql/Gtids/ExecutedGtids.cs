namespace CdcEmbedded.MySql.Gtids;

/// <summary>The transactions processed whole at one moment: a GTID set of MySQL, or a GTID position of MariaDB. Made into the one or the
/// other only when somebody asks; the default value stands for a log without GTIDs.</summary>
internal readonly struct ExecutedGtids
{
    private readonly GtidSnapshot _snapshot;
    private readonly bool _isSet;

    public ExecutedGtids(GtidSnapshot snapshot)
    {
        _snapshot = snapshot;
        _isSet = true;
    }

    public ExecutedGtids(MariaDbGtidPosition position) => Position = position;

    public bool HasValue => _isSet || Position is not null;

    /// <summary>Null for MariaDB and without GTIDs. Built anew at each call.</summary>
    public GtidSet? ToSet() => _isSet ? _snapshot.ToSet() : null;

    /// <summary>Null for MySQL and without GTIDs.</summary>
    public MariaDbGtidPosition? Position { get; }
}
