using System.ComponentModel;

namespace CdcEmbedded;

/// <summary>Where reading starts while no offset is stored.</summary>
[TypeConverter(typeof(StartPositionConverter))]
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

    /// <summary>A given offset, such as one that the application saved, or one that the source's package made from a position
    /// in the log.</summary>
    public static StartPosition At(CdcOffset offset) => new("offset", offset ?? throw new ArgumentNullException(nameof(offset)));

    /// <summary>The given offset; null for earliest and latest.</summary>
    public CdcOffset? Offset { get; }

    /// <inheritdoc/>
    public override string ToString() => Offset?.ToString() ?? _name;
}
