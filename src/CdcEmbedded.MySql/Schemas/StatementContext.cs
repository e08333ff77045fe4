using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What the meaning of a statement depends on beside its text: the settings of its session, from the status variables of its
/// event, and the server that logged it (R28).</summary>
internal readonly record struct StatementContext
{
    private const ulong RealAsFloatMode = 1;
    private const ulong OracleMode = 512;
    private const ulong MaxDbMode = 4096;

    // POSTGRESQL, ORACLE, MSSQL, DB2, MAXDB, NO_TABLE_OPTIONS, MYSQL323, MYSQL40, ANSI (sql/sql_show.cc, store_create_info).
    private const ulong ModesWithoutTableOptions = 256 | 512 | 1024 | 2048 | 4096 | 16384 | 65536 | 131072 | 262144;

    /// <summary>The default database; empty for none.</summary>
    public string Database { get; init; }

    /// <summary>How its words are read.</summary>
    public SqlDialect Dialect { get; init; }

    /// <summary>True if REAL is FLOAT.</summary>
    public bool IsRealFloat { get; init; }

    /// <summary>True if names of types mean those of Oracle (MariaDB).</summary>
    public bool IsOracle { get; init; }

    /// <summary>True for a table that the server describes itself, as it does for CREATE TABLE … SELECT, in a mode in which it omits the
    /// table's options: texts that name no character set have that of the table, which is not in the log.</summary>
    public bool OmitsTableOptions { get; init; }

    /// <summary>True if TIMESTAMP is DATETIME.</summary>
    public bool HasDateTimeTimestamps { get; init; }

    /// <summary>The error with which the statement ended; 0 for none. It may have done a part of what it says.</summary>
    public int ErrorCode { get; init; }

    /// <inheritdoc cref="SqlDialect.IsMariaDb"/>
    public bool IsMariaDb => Dialect.IsMariaDb;

    /// <inheritdoc cref="SqlDialect.IsBeforeMySql80"/>
    public bool IsBeforeMySql80 => Dialect.IsBeforeMySql80;

    /// <inheritdoc cref="SqlDialect.ServerVersion"/>
    public int ServerVersion => Dialect.ServerVersion;

    /// <summary>The session's <c>collation_server</c>, as its character set: that of a database whose statement names none. Null where
    /// the event does not say it.</summary>
    public string? DefaultCharacterSet { get; init; }

    /// <summary>The session's <c>collation_database</c>, as its character set, if it is another one than that of the default database; null
    /// where it is not.</summary>
    public string? DatabaseCharacterSet { get; init; }

    /// <summary>The session's <c>collation_connection</c>, as its character set, into which the server converts texts before it uses
    /// them; null where the event does not say it, or the server wrote the statement.</summary>
    public Charset? ConnectionCharset { get; init; }

    /// <summary>The session's <c>explicit_defaults_for_timestamp</c>: true if a TIMESTAMP column without NULL or NOT NULL takes nulls, as
    /// columns of other types do. Null where the event does not give it, as before MySQL 8.0.2 and on MariaDB.</summary>
    public bool? HasPlainTimestamps { get; init; }

    /// <summary>Reads the settings of a statement's session.</summary>
    /// <param name="query">Its event.</param>
    /// <param name="dialect">How its words are read.</param>
    public static StatementContext Of(in QueryEvent query, SqlDialect dialect)
    {
        var status = query.Status;
        return new StatementContext
        {
            Database = query.Database,
            Dialect = dialect,
            IsRealFloat = ((status.SqlMode ?? 0) & RealAsFloatMode) != 0,
            IsOracle = dialect.IsMariaDb && ((status.SqlMode ?? 0) & OracleMode) != 0,
            OmitsTableOptions = query.IsDescription && ((status.SqlMode ?? 0) & ModesWithoutTableOptions) != 0,
            HasDateTimeTimestamps = (dialect.IsBeforeMySql80 || dialect.IsMariaDb) && ((status.SqlMode ?? 0) & MaxDbMode) != 0,
            ErrorCode = query.ErrorCode,
            DefaultCharacterSet = Charset.OfCollation(status.ServerCollation)?.Name,
            DatabaseCharacterSet = Charset.OfCollation(status.DatabaseCollation)?.Name,
            ConnectionCharset = query.IsDescription ? null : Charset.OfCollation(status.ConnectionCollation),
            HasPlainTimestamps = status.ExplicitDefaultsForTimestamp,
        };
    }

    /// <summary>The settings with those that the event does not give taken from the server or, where nobody knows them, from the defaults
    /// of its version.</summary>
    /// <param name="catalogue">Has the server's.</param>
    public StatementContext CompletedBy(SchemaCatalogue catalogue) => this with
    {
        HasPlainTimestamps = HasPlainTimestamps ?? catalogue.HasPlainTimestamps ?? (ServerVersion >= (IsMariaDb ? 101000 : 80002)),
    };
}
