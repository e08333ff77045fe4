using System.Diagnostics.CodeAnalysis;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>The GTID of a transaction in the form of either kind of server; the default value is none.</summary>
internal readonly record struct TransactionGtid
{
    public TransactionGtid(Gtid gtid) => MySql = gtid;

    public TransactionGtid(MariaDbGtid gtid) => MariaDb = gtid;

    /// <summary>Of a MySQL server; null else.</summary>
    public Gtid? MySql { get; }

    /// <summary>Of a MariaDB server; null else.</summary>
    public MariaDbGtid? MariaDb { get; }

    public bool HasValue => MySql is not null || MariaDb is not null;

    /// <summary>Reads <c>uuid:n</c>, <c>uuid:tag:n</c> or <c>domain-server-n</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static TransactionGtid Parse(string text)
        => MariaDbGtid.TryParse(text, out var gtid) ? new TransactionGtid(gtid) : new TransactionGtid(Gtid.Parse(text));

    /// <summary>The text as the server writes it; empty for none.</summary>
    public override string ToString() => MySql is { } gtid ? gtid.ToString() : MariaDb is { } maria ? maria.ToString() : "";
}
