using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>A point on the server's own clock: seconds since 1970, and an ordinal inside the second, as in cluster times.</summary>
internal readonly struct ClusterTime : IEquatable<ClusterTime>, IComparable<ClusterTime>
{
    /// <summary>Creates it from its 64 bits: seconds above, ordinal below.</summary>
    public ClusterTime(ulong packed) => Packed = packed;

    /// <summary>Creates it from its parts.</summary>
    public ClusterTime(uint seconds, uint ordinal) => Packed = ((ulong)seconds << 32) | ordinal;

    /// <summary>Both parts in 64 bits, ordered as the times are.</summary>
    public ulong Packed { get; }

    /// <summary>Seconds since 1970 in UTC.</summary>
    public uint Seconds => (uint)(Packed >> 32);

    /// <summary>Counts the operations of one second, from 1.</summary>
    public uint Ordinal => (uint)Packed;

    /// <summary>The next point of the clock.</summary>
    public ClusterTime Next => new(Packed + 1);

    /// <summary>The second as an instant in UTC.</summary>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(Seconds);

    /// <summary>The time as the driver's.</summary>
    public BsonTimestamp ToBson() => new((long)Packed);

    /// <summary>The time of one of the driver's.</summary>
    public static ClusterTime From(BsonTimestamp time) => new((ulong)time.Value);

    /// <summary>Both parts as the shell prints them: <c>Timestamp(1700000000, 3)</c>.</summary>
    public override string ToString() => $"Timestamp({Seconds}, {Ordinal})";

    /// <inheritdoc/>
    public int CompareTo(ClusterTime other) => Packed.CompareTo(other.Packed);

    /// <inheritdoc/>
    public bool Equals(ClusterTime other) => Packed == other.Packed;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ClusterTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Packed.GetHashCode();

    /// <summary>Equality of both parts.</summary>
    public static bool operator ==(ClusterTime left, ClusterTime right) => left.Equals(right);

    /// <summary>Inequality of any part.</summary>
    public static bool operator !=(ClusterTime left, ClusterTime right) => !left.Equals(right);

    /// <summary>Order in time.</summary>
    public static bool operator <(ClusterTime left, ClusterTime right) => left.CompareTo(right) < 0;

    /// <summary>Order in time.</summary>
    public static bool operator >(ClusterTime left, ClusterTime right) => left.CompareTo(right) > 0;

    /// <summary>Order in time.</summary>
    public static bool operator <=(ClusterTime left, ClusterTime right) => left.CompareTo(right) <= 0;

    /// <summary>Order in time.</summary>
    public static bool operator >=(ClusterTime left, ClusterTime right) => left.CompareTo(right) >= 0;
}
