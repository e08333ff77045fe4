namespace CdcEmbedded.MySql.Gtids;

/// <summary>A GTID position of MariaDB: the last transaction of each replication domain, as <c>@@gtid_binlog_pos</c> writes
/// it (<c>0-1-42,7-2-9</c>). Immutable.</summary>
public sealed class MariaDbGtidPosition : IEquatable<MariaDbGtidPosition>
{
    // By domain, each once.
    private readonly MariaDbGtid[] _last;

    private MariaDbGtidPosition(MariaDbGtid[] last) => _last = last;

    /// <summary>The position before the first transaction.</summary>
    public static MariaDbGtidPosition Empty { get; } = new([]);

    /// <summary>Reads a position; an empty text is <see cref="Empty"/>.</summary>
    /// <exception cref="FormatException">A part is no GTID of MariaDB.</exception>
    public static MariaDbGtidPosition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var gtids = new List<MariaDbGtid>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            gtids.Add(MariaDbGtid.Parse(part));
        }

        return Of(gtids);
    }

    /// <summary>The position after transactions in their order: of each domain the last one counts.</summary>
    internal static MariaDbGtidPosition Of(List<MariaDbGtid> gtids)
    {
        // Sorted once: a server that names many domains must not cost the square of their number.
        var last = new SortedDictionary<uint, MariaDbGtid>();
        foreach (var gtid in gtids)
        {
            last[gtid.Domain] = gtid;
        }

        return last.Count == 0 ? Empty : new MariaDbGtidPosition([.. last.Values]);
    }

    /// <summary>The position after another transaction, which is then the last of its domain.</summary>
    public MariaDbGtidPosition With(MariaDbGtid gtid)
    {
        var at = 0;
        while (at < _last.Length && _last[at].Domain < gtid.Domain)
        {
            at++;
        }

        var isKnown = at < _last.Length && _last[at].Domain == gtid.Domain;
        var result = new MariaDbGtid[_last.Length + (isKnown ? 0 : 1)];
        Array.Copy(_last, result, at);
        result[at] = gtid;
        Array.Copy(_last, at + (isKnown ? 1 : 0), result, at + 1, result.Length - at - 1);
        return new MariaDbGtidPosition(result);
    }

    /// <summary>True if it has no domain.</summary>
    internal bool IsEmpty => _last.Length == 0;

    /// <summary>The part of the domains that another position does not have.</summary>
    internal MariaDbGtidPosition OfDomainsNotIn(MariaDbGtidPosition other)
        => new([.. _last.Where(gtid => !Array.Exists(other._last, known => known.Domain == gtid.Domain))]);

    /// <summary>The position with the domains of another one, whose transactions count where both have a domain.</summary>
    internal MariaDbGtidPosition Union(MariaDbGtidPosition other) => other._last.Aggregate(this, static (all, gtid) => all.With(gtid));

    /// <summary>True if a transaction is the last of its domain, or has a smaller number.</summary>
    public bool Contains(MariaDbGtid gtid)
    {
        var at = IndexOf(gtid.Domain);
        return at >= 0 && gtid.Sequence <= _last[at].Sequence;
    }

    /// <summary>True if another position has everything that this one has.</summary>
    public bool IsSubsetOf(MariaDbGtidPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var last in _last)
        {
            if (!other.Contains(last))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True if a domain that both have has a greater number here.</summary>
    internal bool IsAheadOf(MariaDbGtidPosition other)
    {
        foreach (var last in _last)
        {
            var at = other.IndexOf(last.Domain);
            if (at >= 0 && other._last[at].Sequence < last.Sequence)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The place of a domain; negative where it has no transaction.</summary>
    private int IndexOf(uint domain)
    {
        int low = 0, high = _last.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_last[middle].Domain == domain)
            {
                return middle;
            }

            (low, high) = _last[middle].Domain < domain ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>The text as MariaDB writes it, by domain.</summary>
    public override string ToString() => string.Join(',', _last);

    /// <inheritdoc/>
    public bool Equals(MariaDbGtidPosition? other) => other is not null && _last.AsSpan().SequenceEqual(other._last);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MariaDbGtidPosition);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var last in _last)
        {
            hash.Add(last);
        }

        return hash.ToHashCode();
    }
}
