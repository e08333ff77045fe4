namespace CdcEmbedded.Offsets;

/// <summary>The SQL that a <see cref="DbOffsetStore"/> writes.</summary>
public enum DbOffsetDialect
{
    /// <summary>PostgreSQL, with Npgsql.</summary>
    PostgreSql,

    /// <summary>MySQL and MariaDB, with MySqlConnector or MySql.Data.</summary>
    MySql,

    /// <summary>SQL Server and Azure SQL, with Microsoft.Data.SqlClient.</summary>
    SqlServer,

    /// <summary>SQLite, with Microsoft.Data.Sqlite.</summary>
    Sqlite,
}
