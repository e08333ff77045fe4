using System.Globalization;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>A global transaction identifier of MariaDB: <c>domain-server-sequence</c>.</summary>
/// <param name="Domain">The replication domain (<c>gtid_domain_id</c>); transactions of one domain are ordered.</param>
/// <param name="Server">The <c>server_id</c> of the server that committed first.</param>
/// <param name="Sequence">The number, which grows within a domain.</param>
public readonly record struct MariaDbGtid(uint Domain, uint Server, ulong Sequence)
{
    /// <summary>Reads <c>domain-server-sequence</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static MariaDbGtid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var gtid) ? gtid
            : throw new FormatException($"'{text}' is no GTID of MariaDB, written domain-server-sequence.");
    }

    /// <summary>Reads <c>domain-server-sequence</c>.</summary>
    /// <returns>False where the text is not of that form.</returns>
    public static bool TryParse(string? text, out MariaDbGtid gtid)
    {
        gtid = default;
        var rest = text.AsSpan().Trim();
        var first = rest.IndexOf('-');
        var last = rest.LastIndexOf('-');
        if (first < 0 || last <= first || !uint.TryParse(rest[..first], NumberStyles.None, CultureInfo.InvariantCulture, out var domain)
            || !uint.TryParse(rest[(first + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out var server)
            || !ulong.TryParse(rest[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        gtid = new MariaDbGtid(domain, server, sequence);
        return true;
    }

    /// <summary>The text as MariaDB writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Domain}-{Server}-{Sequence}");
}
