namespace CdcEmbedded;

/// <summary>Where reading begins when no offset is stored yet.</summary>
public sealed class StartPosition
{
    private readonly string _name;

    private StartPosition(string name, CdcOffset? offset)
    {
        _name = name;
        Offset = offset;
    }

    /// <summary>The oldest position that the source's log still has.</summary>
    public static StartPosition Earliest { get; } = new("earliest", null);

    /// <summary>The end of the log at the moment of connecting: only changes from then on.</summary>
    public static StartPosition Latest { get; } = new("latest", null);

    /// <summary>A given offset, such as one saved by the application, or one made from a log position by the source's package.</summary>
    public static StartPosition At(CdcOffset offset) => new("offset", offset ?? throw new ArgumentNullException(nameof(offset)));

    /// <summary>The given offset; null for earliest and latest.</summary>
    public CdcOffset? Offset { get; }

    /// <inheritdoc/>
    public override string ToString() => Offset?.ToString() ?? _name;
}
