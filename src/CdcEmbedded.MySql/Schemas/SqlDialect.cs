using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What the words of a statement depend on: its session's sql_mode and the server that logged it.</summary>
/// <param name="HasAnsiQuotes">True if double quotes enclose names (ANSI_QUOTES).</param>
/// <param name="HasBackslashEscapes">True if backslashes escape in texts (no NO_BACKSLASH_ESCAPES).</param>
/// <param name="IsMariaDb">True if MariaDB logged it.</param>
/// <param name="ServerVersion">As executable comments write it: 90704, 101119.</param>
internal readonly record struct SqlDialect(bool HasAnsiQuotes, bool HasBackslashEscapes, bool IsMariaDb, int ServerVersion)
{
    private const ulong AnsiQuotesMode = 4;
    private const ulong NoBackslashEscapesMode = 1 << 20;

    /// <summary>The character set of the statement, whose chars are the bytes of <see cref="QueryEvent.GetWords"/>; null where it is text
    /// that is decoded.</summary>
    public Charset? Charset { get; init; }

    /// <summary>True for MySQL 5.5 to 5.7.</summary>
    public bool IsBeforeMySql80 => !IsMariaDb && ServerVersion < 80000;

    /// <summary>The dialect of a logged statement.</summary>
    /// <param name="query">Its event, which has the sql_mode.</param>
    /// <param name="format">The format of its file; null where it is not known.</param>
    public static SqlDialect Of(in QueryEvent query, FormatDescription? format)
    {
        var mode = query.Status.SqlMode ?? 0;
        var isMariaDb = format?.IsMariaDb == true;

        // What a server writes itself has escapes in any mode (sql/sql_show.cc, store_create_info).
        var hasEscapes = (mode & NoBackslashEscapesMode) == 0 || query.IsGenerated;
        return new SqlDialect((mode & AnsiQuotesMode) != 0, hasEscapes, isMariaDb,
            VersionOf(format?.ServerVersion ?? "", isMariaDb))
        {
            Charset = query.CharsetOn(format),
        };
    }

    /// <summary>The first three numbers of a version's text.</summary>
    private static int VersionOf(string text, bool isMariaDb)
    {
        // Old replicas know no 10: MariaDB puts a version of theirs before its own.
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
