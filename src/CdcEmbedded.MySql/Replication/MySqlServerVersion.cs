using System.Buffers;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The version that a server states in its greeting.</summary>
/// <param name="Text">As stated, such as <c>9.7.0</c>, <c>8.0.36-28.1</c> or <c>5.5.5-10.11.6-MariaDB-log</c>.</param>
/// <param name="Number">The leading numbers; 0.0 where there are none. Hosted flavours state what they like: probe, do not compare.</param>
/// <param name="IsMariaDb">True if it names itself MariaDB.</param>
internal sealed record MySqlServerVersion(string Text, Version Number, bool IsMariaDb)
{
    // MariaDB 10 and 11.0 put this in front: replicas of that time took a two-digit major for an unknown protocol.
    private const string MariaDbPrefix = "5.5.5-";

    private static readonly SearchValues<char> _numberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads the text of the greeting.</summary>
    public static MySqlServerVersion Parse(string text)
    {
        var isMariaDb = text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        var rest = text.AsSpan();
        if (isMariaDb && rest.StartsWith(MariaDbPrefix, StringComparison.Ordinal))
        {
            rest = rest[MariaDbPrefix.Length..];
        }

        var end = rest.IndexOfAnyExcept(_numberCharacters);
        var number = (end < 0 ? rest : rest[..end]).TrimEnd('.');
        return new MySqlServerVersion(text, Version.TryParse(number, out var version) ? version : new Version(0, 0), isMariaDb);
    }

    /// <summary>The text of the greeting.</summary>
    public override string ToString() => Text;
}
