namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>A BSON timestamp: seconds in the upper half, an ordinal within the second in the lower.</summary>
/// <param name="Value">Both halves.</param>
public readonly record struct DocTimestamp(ulong Value) : IComparable<DocTimestamp>
{
    /// <summary>Joins seconds and ordinal.</summary>
    public DocTimestamp(uint seconds, uint ordinal)
        : this(((ulong)seconds << 32) | ordinal)
    {
    }

    /// <summary>Seconds since 1970.</summary>
    public uint Seconds => (uint)(Value >> 32);

    /// <summary>The place within the second, from 1.</summary>
    public uint Ordinal => (uint)Value;

    /// <inheritdoc/>
    public int CompareTo(DocTimestamp other) => Value.CompareTo(other.Value);

    /// <summary>True if one time is before another.</summary>
    public static bool operator <(DocTimestamp left, DocTimestamp right) => left.Value < right.Value;

    /// <summary>True if one time is after another.</summary>
    public static bool operator >(DocTimestamp left, DocTimestamp right) => left.Value > right.Value;

    /// <summary>True if one time is not after another.</summary>
    public static bool operator <=(DocTimestamp left, DocTimestamp right) => left.Value <= right.Value;

    /// <summary>True if one time is not before another.</summary>
    public static bool operator >=(DocTimestamp left, DocTimestamp right) => left.Value >= right.Value;
}
