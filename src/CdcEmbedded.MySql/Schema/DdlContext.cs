using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Schema;

/// <summary>What a statement's meaning depends on beside its text: its session's settings, from the status variables of its event, and the server that
/// logged it (R28).</summary>
internal readonly record struct DdlContext
{
    private const ulong RealAsFloatMode = 1;
    private const ulong AnsiQuotesMode = 4;
    private const ulong NoBackslashEscapesMode = 1 << 20;

    /// <summary>The default database; empty for none.</summary>
    public string Database { get; init; }

    public bool HasAnsiQuotes { get; init; }

    public bool HasBackslashEscapes { get; init; }

    /// <summary>Whether REAL is FLOAT.</summary>
    public bool IsRealFloat { get; init; }

    public bool IsMariaDb { get; init; }

    /// <summary>As executable comments write it: 90704, 101119.</summary>
    public int ServerVersion { get; init; }

    /// <summary>Whether the names of tables ignore case.</summary>
    public bool IgnoresTableCase { get; init; }

    /// <summary>The character set of databases for which nothing else is known; null where the event does not tell.</summary>
    public string? DefaultCharacterSet { get; init; }

    /// <summary>Whether a TIMESTAMP takes nulls where nothing is said of it, as other types do.</summary>
    public bool HasPlainTimestamps { get; init; }

    public static DdlContext Of(in QueryEvent query, FormatDescription? format, bool ignoresTableCase)
    {
        var status = query.Status;
        var mode = status.SqlMode ?? 0;
        var isMariaDb = format?.IsMariaDb == true;
        var version = VersionOf(format?.ServerVersion ?? "", isMariaDb);
        var collation = status.DatabaseCollation > 0 ? status.DatabaseCollation : status.ServerCollation;
        return new DdlContext
        {
            Database = query.Database,
            HasAnsiQuotes = (mode & AnsiQuotesMode) != 0,
            HasBackslashEscapes = (mode & NoBackslashEscapesMode) == 0,
            IsRealFloat = (mode & RealAsFloatMode) != 0,
            IsMariaDb = isMariaDb,
            ServerVersion = version,
            IgnoresTableCase = ignoresTableCase,
            DefaultCharacterSet = collation > 0 ? Charset.OfCollation(collation)?.Name : null,
            HasPlainTimestamps = status.ExplicitDefaultsForTimestamp ?? (version >= (isMariaDb ? 101000 : 80002)),
        };
    }

    /// <summary>The first three numbers of a version's text.</summary>
    private static int VersionOf(string text, bool isMariaDb)
    {
        // Old replicas know no 10: MariaDB hides its version behind theirs.
        const string Disguise = "5.5.5-";
        var rest = isMariaDb && text.StartsWith(Disguise, StringComparison.Ordinal) ? text.AsSpan(Disguise.Length) : text.AsSpan();
        var version = 0;
        for (var part = 0; part < 3; part++)
        {
            var number = 0;
            var at = 0;
            while (at < rest.Length && char.IsAsciiDigit(rest[at]) && number < 10_000)
            {
                number = (number * 10) + (rest[at++] - '0');
            }

            version = (version * 100) + Math.Min(number, 99);
            rest = at < rest.Length && rest[at] == '.' ? rest[(at + 1)..] : default;
        }

        return version == 0 ? int.MaxValue : version;
    }
}
