namespace CdcEmbedded.MySql.Gtids;

/// <summary>Which servers' transactions are delivered (R12): all of them count as executed.</summary>
internal sealed class GtidSourceFilter
{
    private readonly HashSet<Guid> _included = [];
    private readonly HashSet<Guid> _excluded = [];
    private readonly HashSet<uint> _includedIds = [];
    private readonly HashSet<uint> _excludedIds = [];
    private readonly bool _includesAll;

    private GtidSourceFilter(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        _includesAll = include.Count == 0;
        Read(include, "IncludeGtidSources", _included, _includedIds);
        Read(exclude, "ExcludeGtidSources", _excluded, _excludedIds);
    }

    /// <summary>Reads the options.</summary>
    /// <returns>Null where all transactions are delivered.</returns>
    /// <exception cref="ArgumentException">One is neither a UUID nor a server id.</exception>
    public static GtidSourceFilter? Create(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
        => include.Count + exclude.Count == 0 ? null : new GtidSourceFilter(include, exclude);

    /// <summary>True if a transaction is delivered; one without a GTID is.</summary>
    public bool Includes(TransactionGtid gtid) => gtid.MySql is { } mySql ? Includes(mySql.Source, _included, _excluded)
        : gtid.MariaDb is not { } mariaDb || Includes(mariaDb.Server, _includedIds, _excludedIds);

    private bool Includes<T>(T source, HashSet<T> included, HashSet<T> excluded)
        => (_includesAll || included.Contains(source)) && !excluded.Contains(source);

    private static void Read(IReadOnlyList<string> texts, string option, HashSet<Guid> uuids, HashSet<uint> ids)
    {
        foreach (var text in texts)
        {
            if (Guid.TryParse(text, out var uuid))
            {
                uuids.Add(uuid);
            }
            else if (uint.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
                out var id))
            {
                ids.Add(id);
            }
            else
            {
                throw new ArgumentException($"{option} has '{text}', which is no source of GTIDs: it must be a server's UUID or, for "
                    + "MariaDB, a server id.", option);
            }
        }
    }
}
