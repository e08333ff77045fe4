using System.Text;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>Reads @@gtid_owned: <c>uuid:n#thread:n#thread,…</c> (server source, sql/rpl_gtid_owned.cc, Owned_gtids::to_string).</summary>
internal static class OwnedGtids
{
    /// <exception cref="FormatException">It has another form.</exception>
    public static GtidSet Read(string text)
    {
        var set = new StringBuilder(text.Length);
        var isThread = false;
        foreach (var c in text)
        {
            isThread = c == '#' || (isThread && char.IsAsciiDigit(c));
            if (!isThread)
            {
                set.Append(c);
            }
        }

        return GtidSet.Parse(set.ToString());
    }
}
