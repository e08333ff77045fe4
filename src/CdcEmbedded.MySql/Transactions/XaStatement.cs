using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads the name of an XA transaction out of a logged XA statement. Servers write it as <c>X'67',X'62',1</c> (sql/xa.cc,
/// serialize_xid); text in quotes is read too.</summary>
internal static class XaStatement
{
    /// <summary>The name in the form of <see cref="Binlog.Events.XaPrepareEvent.Xid"/>.</summary>
    /// <exception cref="CdcProtocolException">The statement names none.</exception>
    public static string ReadXid(string statement)
    {
        var rest = statement.AsSpan();
        var parts = new string[] { "", "" };
        var count = 0;
        for (var at = rest.IndexOf('\''); at >= 0 && count < parts.Length; at = rest.IndexOf('\''))
        {
            var isHex = at > 0 && rest[at - 1] is 'X' or 'x';
            rest = rest[(at + 1)..];
            var end = rest.IndexOf('\'');
            if (end < 0)
            {
                break;
            }

            parts[count++] = isHex
                ? rest[..end].ToString().ToLowerInvariant()
                : Convert.ToHexStringLower(Encoding.UTF8.GetBytes(rest[..end].ToString()));
            rest = rest[(end + 1)..];
        }

        if (count == 0)
        {
            throw new CdcProtocolException($"An XA statement names no transaction: {Shorten(statement)}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"X'{parts[0]}',X'{parts[1]}',{FormatOf(rest)}");
    }

    /// <summary>Reads the number after the last comma; 1 if there is none.</summary>
    private static int FormatOf(ReadOnlySpan<char> rest)
    {
        var comma = rest.IndexOf(',');
        if (comma < 0)
        {
            return 1;
        }

        rest = rest[(comma + 1)..].TrimStart();
        var digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '-'))
        {
            digits++;
        }

        return int.TryParse(rest[..digits], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var format) ? format : 1;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "…");
}
