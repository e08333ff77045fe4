using System.Text.Json;

namespace CdcEmbedded.Sources;

/// <summary>A place in one source's log, in the source's own terms: everything before it has been read. Adapters derive one type from it.
/// Immutable and safe from any thread.</summary>
/// <remarks>The engine makes a <see cref="CdcOffset"/> of it only when one is stored or asked for: it adds the transaction counters and the
/// snapshot state, which an adapter knows nothing of.</remarks>
public abstract class SourcePosition
{
    /// <summary>The kind of source, such as <c>mysql</c>: the <see cref="CdcOffset.Connector"/> of its offsets.</summary>
    public abstract string Connector { get; }

    /// <summary>The identity of the source, such as a server's UUID or a replica set's name.</summary>
    /// <value>Null where the source has none, or it is not known.</value>
    public abstract string? SourceId { get; }

    /// <summary>True if no transaction is open here, so that reading resumes with the next one.</summary>
    public abstract bool IsTransactionEnd { get; }

    /// <summary>False if nothing but stored offsets came between the position and the one before it: storing it would be another of these,
    /// and there would be no end of it (R74). It is stored with the next position that needs it.</summary>
    /// <value>The default is true.</value>
    public virtual bool NeedsStoring => true;

    /// <summary>Writes everything that <see cref="ISource.ReadPosition"/> needs to make an equal position: the properties of
    /// one JSON object.</summary>
    /// <param name="writer">Inside the object: the caller writes its start and end.</param>
    public abstract void WriteTo(Utf8JsonWriter writer);

    /// <summary>Orders this position and another one of the same source.</summary>
    /// <param name="other">A position of the same type.</param>
    /// <returns>Negative, zero or positive; null where nothing says which comes first, such as two GTID sets of which neither contains the
    /// other, or files and positions of two servers.</returns>
    protected abstract int? Compare(SourcePosition other);

    /// <summary>Says why nothing orders this position and another one, for the exception's message: a clause without a point.</summary>
    /// <param name="other">A position of any source.</param>
    protected virtual string DescribeUnordered(SourcePosition other)
        => "they belong to different sources, or to two histories of one source of which neither contains the other";

    /// <summary>True if everything up to a watermark has been read where the stream is at this position.</summary>
    /// <remarks>The default is <c>CompareTo(watermark) >= 0</c>; a source whose positions are sets, such as GTID sets, overrides it: a set
    /// covers another one that it contains.</remarks>
    /// <param name="watermark">A position of the same source.</param>
    /// <exception cref="InvalidOperationException">The two cannot be ordered.</exception>
    public virtual bool Covers(SourcePosition watermark) => CompareTo(watermark) >= 0;

    /// <summary>Orders this position and another one of the same source's log: a negative number where this one comes first, 0 where both
    /// are the same place.</summary>
    /// <param name="other">A position of the same source; null comes before every position.</param>
    /// <exception cref="InvalidOperationException">The two cannot be ordered: they belong to different sources, or nothing says
    /// which comes first.</exception>
    public int CompareTo(SourcePosition? other) => other is null ? 1
        : TryCompareTo(other, out var order) ? order
        : throw new InvalidOperationException($"The positions {ToOffset()} and {other.ToOffset()} cannot be "
            + $"ordered: {DescribeUnordered(other)}.");

    /// <summary>Orders this position and another one of the same source's log.</summary>
    /// <param name="other">A position of the same source.</param>
    /// <param name="order">Negative where this one comes first, 0 where both are the same place, else positive.</param>
    /// <returns>False where the two cannot be ordered.</returns>
    public bool TryCompareTo(SourcePosition other, out int order)
    {
        ArgumentNullException.ThrowIfNull(other);
        var result = ReferenceEquals(this, other) ? 0 : other.GetType() == GetType() ? Compare(other) : null;
        order = result ?? 0;
        return result.HasValue;
    }

    /// <summary>An offset to resume from here, outside of any transaction and snapshot. Built at each call.</summary>
    public CdcOffset ToOffset() => StreamPlace.Of(this).ToOffset(null);
}
