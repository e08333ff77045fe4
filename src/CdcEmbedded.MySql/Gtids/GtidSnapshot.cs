namespace CdcEmbedded.MySql.Gtids;

/// <summary>The executed GTIDs at one moment of a <see cref="GtidTimeline"/>; made into a set only when somebody asks. The default value is
/// the empty set.</summary>
internal readonly struct GtidSnapshot
{
    private readonly GtidTimeline.Segment? _segment;
    private readonly int _count;

    internal GtidSnapshot(GtidTimeline.Segment segment, int count)
    {
        _segment = segment;
        _count = count;
    }

    /// <summary>The set: at most 1,024 GTIDs are added to the one that its segment began with.</summary>
    public GtidSet ToSet() => _segment?.ToSet(_count) ?? GtidSet.Empty;
}
