using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>What a statement's meaning depends on beside its text: its session's settings, from the status variables of its event, and the server that
/// logged it (R28).</summary>
internal readonly record struct DdlContext
{
    private const ulong RealAsFloatMode = 1;

    /// <summary>The default database; empty for none.</summary>
    public string Database { get; init; }

    /// <summary>How its words are read.</summary>
    public SqlDialect Dialect { get; init; }

    /// <summary>Whether REAL is FLOAT.</summary>
    public bool IsRealFloat { get; init; }

    /// <inheritdoc cref="SqlDialect.IsMariaDb"/>
    public bool IsMariaDb => Dialect.IsMariaDb;

    /// <inheritdoc cref="SqlDialect.ServerVersion"/>
    public int ServerVersion => Dialect.ServerVersion;

    /// <summary>Whether the names of tables ignore case.</summary>
    public bool IgnoresTableCase { get; init; }

    /// <summary>The character set of databases for which nothing else is known; null where the event does not tell.</summary>
    public string? DefaultCharacterSet { get; init; }

    /// <summary>Whether a TIMESTAMP takes nulls where nothing is said of it, as other types do.</summary>
    public bool HasPlainTimestamps { get; init; }

    public static DdlContext Of(in QueryEvent query, FormatDescription? format, bool ignoresTableCase)
    {
        var status = query.Status;
        var dialect = SqlDialect.Of(query, format);
        var collation = status.DatabaseCollation > 0 ? status.DatabaseCollation : status.ServerCollation;
        return new DdlContext
        {
            Database = query.Database,
            Dialect = dialect,
            IsRealFloat = ((status.SqlMode ?? 0) & RealAsFloatMode) != 0,
            IgnoresTableCase = ignoresTableCase,
            DefaultCharacterSet = collation > 0 ? Charset.OfCollation(collation)?.Name : null,
            HasPlainTimestamps = status.ExplicitDefaultsForTimestamp ?? (dialect.ServerVersion >= (dialect.IsMariaDb ? 101000 : 80002)),
        };
    }
}
